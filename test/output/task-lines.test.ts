import { expect, test } from "vitest";
import { stepTaskLines } from "../../src/output/task-lines.ts";

const task = (status: "ok" | "changed" | "skipped" | "failed", number: number) =>
  ({ type: "task", host: "web1", role: "web", task: `Task ${number}`, status, durationMs: 10 }) as const;

test("of many tasks that changed nothing the last are shown, of the others all", () => {
  const many = Array.from({ length: 400 }, (_, index) => task("ok", index));
  const lines = stepTaskLines([task("changed", 1000), task("failed", 1001), task("skipped", 1002), ...many], 80);
  expect(lines.slice(0, 4)).toEqual([
    "… 100 tasks that changed nothing left out …",
    "web1: changed: web: Task 1000 (10 ms)",
    "web1: FAILED: web: Task 1001 (10 ms)",
    "web1: ok: web: Task 100 (10 ms)",
  ]);
  expect(lines).toHaveLength(303);
});

test("a few tasks are all shown", () => {
  expect(stepTaskLines([task("ok", 1), task("skipped", 2)], 80)).toEqual(["web1: ok: web: Task 1 (10 ms)"]);
});

test("a long line is wrapped, and a long diff keeps its two ends", () => {
  const diff = Array.from({ length: 100 }, (_, index) => `+${index}`).join("\n");
  const lines = stepTaskLines([{ ...task("changed", 1), diff }], 20);
  expect(lines.slice(0, 3)).toEqual(["web1: changed: web:", "Task 1 (10 ms)", "    +0"]);
  expect(lines).toContain("    … 80 lines left out …");
  expect(lines.at(-1)).toBe("    +99");
});
