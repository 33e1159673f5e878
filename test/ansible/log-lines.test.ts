import { expect, test } from "vitest";
import { logLines } from "../../src/ansible/log-lines.ts";

test("a failed task has what the machine said below it", () => {
  expect(
    logLines({
      event: "task-end",
      host: "web1",
      role: "web",
      task: "Start nginx",
      handler: false,
      status: "failed",
      ms: 120,
      message: "one\ntwo\n",
    }),
  ).toEqual(["web1: web: Start nginx: failed, 120 ms", "    one", "    two"]);
});

test("a play outside any role has no role in its line", () => {
  expect(logLines({ event: "retry", host: "web1", role: null, task: "Wait", attempt: 1, of: 3 })).toEqual([
    "web1: Wait: try 1 of 3 failed",
  ]);
});
