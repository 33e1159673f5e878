import { expect, test } from "vitest";
import { parseLine } from "../../src/ansible/events.ts";

test("a finished task, with the line ends of ssh made plain", () => {
  const line =
    '{"event": "task-end", "host": "web1", "role": null, "task": "Ping", "status": "unreachable", "ms": 39, "handler": false, "message": "one\\r\\ntwo"}';
  expect(parseLine(line)).toEqual({
    event: "task-end",
    host: "web1",
    role: null,
    task: "Ping",
    status: "unreachable",
    ms: 39,
    handler: false,
    message: "one\ntwo",
  });
});

test.each([
  ["", "nothing"],
  ["PLAY [all] ****", "text"],
  ['{"event": "task-end"', "half a line"],
  ['{"event": "task-end", "host": 3}', "a line of another shape"],
  ['{"event": "coffee"}', "an unknown event"],
])("%j is no event: %s", (line) => {
  expect(parseLine(line)).toBeUndefined();
});
