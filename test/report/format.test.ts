import { expect, test } from "vitest";
import { counted, duration, listed, moment } from "../../src/report/html/format.ts";

test.each([
  [0, "0 ms"],
  [640, "640 ms"],
  [999, "999 ms"],
  [999.6, "1 s"],
  [1_740, "1.74 s"],
  [9_999, "10 s"],
  [18_440, "18.4 s"],
  [59_990, "1 min"],
  [120_000, "2 min"],
  [125_400, "2 min 5 s"],
  [3_599_900, "1 h 0 min"],
  [5_430_000, "1 h 30 min"],
])("%d ms is %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("what is counted and listed reads as people write it", () => {
  expect([counted(1, "check"), counted(1_200, "check")]).toEqual(["1 check", "1,200 checks"]);
  expect([listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])]).toEqual([
    "",
    "a",
    "a and b",
    "a, b and c",
  ]);
  expect(moment("2026-11-23T09:14:26.297Z")).toBe("2026-11-23 09:14:26 UTC");
});
