import { expect, test } from "vitest";
import { duration, errorLines, truncate, wrap } from "../../src/output/text.ts";

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1000, "1.0 s"],
  [12_345, "12.3 s"],
  [59_949, "59.9 s"],
  [59_950, "1 min 0 s"],
  [83_000, "1 min 23 s"],
  [119_600, "2 min 0 s"],
])("%i ms is %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("an error says no more than it knows", () => {
  expect(errorLines({ message: "No.", exitCode: 2, next: "Try again." })).toEqual(["Error: No.", "  Next: Try again."]);
});

test("of a long detail the head and the tail are shown, 21 lines in all", () => {
  const detail = Array.from({ length: 50 }, (_, index) => `line ${index + 1}`).join("\n");
  const lines = errorLines({ message: "No.", exitCode: 4, detail, next: "Try again." });
  const said = lines.slice(2, -1);
  expect(said.length).toBe(21);
  expect(said[5]).toBe("    line 6");
  expect(said[6]).toBe("    … 30 lines left out …");
  expect(said[7]).toBe("    line 37");
  expect(said.at(-1)).toBe("    line 50");
});

test("a detail of 21 lines is shown whole", () => {
  const detail = Array.from({ length: 21 }, (_, index) => `line ${index + 1}`).join("\n");
  expect(errorLines({ message: "No.", exitCode: 4, detail, next: "Go." }).slice(2, -1).length).toBe(21);
});

test("text is cut with an ellipsis", () => {
  expect(truncate("Install", 7)).toBe("Install");
  expect(truncate("Install", 6)).toBe("Insta…");
  expect(truncate("Install", 0)).toBe("…");
});

test("lines break at spaces and keep their margin; a long word stays whole", () => {
  expect(wrap("  Next: run the same command", 16)).toEqual(["  Next: run the", "  same command"]);
  expect(wrap("  Log:  /stacks/shop/logs/x.log", 16)).toEqual(["  Log:", "  /stacks/shop/logs/x.log"]);
  expect(wrap("", 16)).toEqual([""]);
});
