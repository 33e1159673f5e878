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

test("a mask goes over what is said, not over what it is said of", () => {
  const line = JSON.stringify({
    event: "retry",
    host: "web1",
    role: "web",
    task: "Ping of sesame",
    attempt: 1,
    of: 2,
  });
  const mask = (text: string) => text.replaceAll(/sesame|web1?|retry/g, "********");
  expect(parseLine(line, mask)).toMatchObject({ event: "retry", host: "web1", role: "web", task: "Ping of ********" });
});
