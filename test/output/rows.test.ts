import { expect, test } from "vitest";
import { rowLine } from "../../src/output/rows.ts";

const row = { row: "web1", status: "running", text: "Install packages", done: 7, total: 15 } as const;

test.each([
  [80, "web1   7/15  Install packages  3 s"],
  [40, "web1   7/15  Install packag…  3 s"],
  [30, "web1   7/15  Inst…  3 s"],
  [24, "web1   7/15  3 s"],
])("in %i columns", (columns, line) => {
  expect(rowLine(row, { nameWidth: 4, columns, elapsedMs: 3999 })).toBe(line);
  expect(line.length).toBeLessThanOrEqual(columns - 6);
});

test.each([
  [{ ...row, status: "waiting", text: "", done: 0, total: 0 }, undefined, "web1   waiting"],
  [{ ...row, status: "failed", text: "Start nginx" }, 0, "web1    7/15  failed: Start nginx  0 s"],
  [{ ...row, status: "unreachable", text: "" }, 0, "web1    7/15  unreachable  0 s"],
] as const)("%o", (event, elapsedMs, line) => {
  expect(rowLine(event, { nameWidth: 5, columns: 80, elapsedMs })).toBe(line);
});
