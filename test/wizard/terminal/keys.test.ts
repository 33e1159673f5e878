import { expect, test } from "vitest";
import { splitKeys } from "../../../src/wizard/terminal/keys.ts";

const names = (input: string, final = false) =>
  splitKeys(input, final).keys.map((key) => ("text" in key ? `${key.name}:${key.text}` : key.name));

test.each([
  ["abc", ["text:abc"]],
  ["shop\r", ["text:shop", "enter"]],
  ["a\r\nb\n", ["text:a", "enter", "text:b", "enter"]],
  ["\x1b[A\x1b[B\x1b[C\x1b[D", ["up", "down", "right", "left"]],
  ["\x1bOA\x1bOH", ["up", "home"]],
  ["\x1b[3~\x1b[1~\x1b[4~\x1b[5~", ["delete", "home", "end", "page-up"]],
  ["\x1b[1;5D\x1bf\x17\x15\x0b", ["word-left", "word-right", "cut-word", "cut-before", "cut-after"]],
  ["\x03", ["interrupt"]],
  ["\x04", ["interrupt"]],
  ["\x1b\x1b[A", ["escape", "up"]],
  ["\x1b[200~a\nb\x1b[201~c", ["paste:a\nb", "text:c"]],
  // A Ctrl-C in a paste is text of somebody else's.
  ["\x1b[200~\x03\x1b[31m\x1b[201~", ["paste:\x03\x1b[31m"]],
  ["\x1b[99;9u\x1b[?1;2c", []],
  ["é👍🏽", ["text:é👍🏽"]],
  ["\x00\x1f", []],
])("%j", (input, keys) => {
  expect(names(input)).toEqual(keys);
  expect(splitKeys(input, false).rest).toBe("");
});

test.each(["\x1b", "\x1b[", "\x1b[1;", "\x1bO", "\x1b[200~half a paste"])("waits for the rest of %j", (input) => {
  expect(splitKeys(`x${input}`, false)).toEqual({ keys: [{ name: "text", text: "x" }], rest: input });
  expect(splitKeys(input, true).rest).toBe("");
});

test("takes what it has when nothing more comes", () => {
  expect(names("\x1b", true)).toEqual(["escape"]);
  expect(names("\x1b[200~half a paste", true)).toEqual(["paste:half a paste"]);
});
