import { assert, constantFrom, integer, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { edited, lineOf, visiblePart } from "../../../src/wizard/prompts/line-editor.ts";
import { widthOf } from "../../../src/wizard/prompts/width.ts";
import type { Key } from "../../../src/wizard/terminal/keys.ts";

/** "ab|c": the line with its cursor. */
function after(line: string, ...keys: Key[]): string {
  const [before = "", rest = ""] = line.split("|");
  const end = keys.reduce((now, key) => edited(now, key) ?? now, lineOf(before, rest));
  const characters = Array.from(new Intl.Segmenter().segment(end.text), ({ segment }) => segment);
  return `${characters.slice(0, end.at).join("")}|${characters.slice(end.at).join("")}`;
}

const key = (name: string): Key => ({ name }) as Key;
const text = (typed: string): Key => ({ name: "text", text: typed });
const paste = (pasted: string): Key => ({ name: "paste", text: pasted });

test.each<[string, Key, string]>([
  ["ab|c", text("x"), "abx|c"],
  ["ab|c", key("backspace"), "a|c"],
  ["|c", key("backspace"), "|c"],
  ["a|bc", key("delete"), "a|c"],
  ["a|bc", key("left"), "|abc"],
  ["abc|", key("right"), "abc|"],
  ["a|bc", key("home"), "|abc"],
  ["a|bc", key("end"), "abc|"],
  ["npm run build|", key("word-left"), "npm run |build"],
  ["|npm run", key("word-right"), "npm| run"],
  ["npm run| x", key("cut-word"), "npm | x"],
  ["npm run|", key("cut-before"), "|"],
  ["n|pm run", key("cut-after"), "n|"],
  ["|", paste("a\r\nb\tc\n"), "a b c|"],
  ["|", paste("a\x1b[31mb\x07\u202e"), "a?[31mb??|"],
  ["👍🏽é|", key("backspace"), "👍🏽|"],
  ["👍🏽|", key("backspace"), "|"],
])("%s %o -> %s", (line, pressed, end) => {
  expect(after(line, pressed)).toBe(end);
});

test("a key that edits nothing is left to others", () => {
  expect(edited(lineOf("a"), key("up"))).toBeUndefined();
});

describe("the visible part", () => {
  test.each([
    ["short|", 20, "short", 5],
    ["abcdefghij|", 8, "<fghij", 6],
    ["|abcdefghij", 8, "abcde>", 0],
    ["abcdefg|hij", 8, "<cdefg>", 6],
  ])("%s in %d columns", (line, width, shown, cursor) => {
    const [before = "", rest = ""] = line.split("|");
    expect(visiblePart(lineOf(before, rest), width)).toEqual({ text: shown, cursor });
  });

  test("always fits, and always has the cursor in it", () => {
    assert(
      property(
        string({ unit: "grapheme", maxLength: 60 }),
        integer({ min: 8, max: 40 }),
        integer({ min: 0, max: 60 }),
        (whole, width, at) => {
          const { text: line } = lineOf(whole);
          const part = visiblePart(
            { text: line, at: Math.min(at, Array.from(new Intl.Segmenter().segment(line)).length) },
            width,
          );
          expect(widthOf(part.text)).toBeLessThanOrEqual(width);
          expect(part.cursor).toBeLessThanOrEqual(part.text.length);
        },
      ),
    );
  });
});

test("text, however long, is edited in time", () => {
  let line = lineOf("");
  for (let times = 0; times < 50; times++) line = edited(line, paste("x".repeat(10_000))) ?? line;
  expect(line.text).toHaveLength(20_000);
  assert(property(constantFrom("left", "backspace", "home"), (name) => void edited(line, key(name))));
});
