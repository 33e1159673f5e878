import { expect, test } from "vitest";
import { tableLines } from "../../src/output/table.ts";

const table = {
  type: "table",
  title: "Checks",
  columns: ["check", "host", "what was seen"],
  rows: [
    ["http", "web1", "200 in 3 ms"],
    ["isolated", "", "port 3306 timed out as it should"],
  ],
} as const;

test("columns are aligned", () => {
  expect(tableLines(table, 80)).toEqual([
    "Checks",
    "check     host  what was seen",
    "--------  ----  --------------------------------",
    "http      web1  200 in 3 ms",
    "isolated        port 3306 timed out as it should",
  ]);
});

test("the widest column gives way where there is no room", () => {
  expect(tableLines(table, 30)).toEqual([
    "Checks",
    "check     host  what was seen",
    "--------  ----  --------------",
    "http      web1  200 in 3 ms",
    "isolated        port 3306",
    "                timed out as",
    "                it should",
  ]);
});

test("a long word is broken rather than the table", () => {
  const lines = tableLines({ ...table, columns: ["path"], rows: [["/var/log/nginx/access.log"]] }, 10);
  expect(lines.slice(3)).toEqual(["/var/log/n", "ginx/acces", "s.log"]);
});

test("signs of two columns keep the columns in line, and are never cut in two", () => {
  const table = {
    type: "table",
    title: "T",
    columns: ["a", "b"],
    rows: [
      ["世界", "1"],
      ["x", "2"],
    ],
  } as const;
  expect(tableLines(table, 80).slice(3)).toEqual(["世界  1", "x     2"]);
  const wide = { ...table, rows: [["世界世界世界世界世界", "1"]] };
  for (const line of tableLines(wide, 12)) expect(line.isWellFormed()).toBe(true);
  expect(tableLines(wide, 12).slice(3)).toEqual(["世界世界   1", "世界世界", "世界"]);
});
