import type { Key } from "../terminal/keys.ts";
import { oneLine } from "./printable.ts";
import { widthOf } from "./width.ts";

/** A line that is being typed. `at`: where the cursor is, counted in characters as a person sees them. */
export interface EditedLine {
  readonly text: string;
  readonly at: number;
}

/** Longer texts are mistakes (a file's content pasted); the rules refuse much shorter ones. */
const MOST_CHARACTERS = 20_000;

/** What a key makes of the line; undefined where the key is not one for editing. */
export function edited({ text, at }: EditedLine, key: Key): EditedLine | undefined {
  const characters = charactersOf(text);
  const before = characters.slice(0, at).join("");
  const after = characters.slice(at).join("");
  switch (key.name) {
    case "text":
    case "paste":
      return lineOf(before + oneLine(key.text), after);
    case "backspace":
      return lineOf(characters.slice(0, Math.max(0, at - 1)).join(""), after);
    case "delete":
      return lineOf(before, characters.slice(at + 1).join(""));
    case "left":
      return { text, at: Math.max(0, at - 1) };
    case "right":
      return { text, at: Math.min(characters.length, at + 1) };
    case "home":
      return { text, at: 0 };
    case "end":
      return { text, at: characters.length };
    case "word-left":
      return { text, at: charactersOf(before.replace(/\S+\s*$/u, "")).length };
    case "word-right":
      return { text, at: characters.length - charactersOf(after.replace(/^\s*\S+/u, "")).length };
    case "cut-word":
      return lineOf(before.replace(/\S+\s*$/u, ""), after);
    case "cut-before":
      return lineOf("", after);
    case "cut-after":
      return lineOf(before, "");
    default:
      return undefined;
  }
}

/** The part of the line around the cursor that fits; what is left out is told by an arrow. */
export function visiblePart({ text, at }: EditedLine, width: number): { text: string; cursor: number } {
  const characters = charactersOf(text);
  // One place more than the text: the cursor stands behind its last character.
  if (widthOf(text) < width) return { text, cursor: characters.slice(0, at).join("").length };
  let from = at;
  for (let used = 0; from > 0; from--) {
    used += widthOf(characters[from - 1] ?? "");
    if (used > width - 3) break;
  }
  let to = from;
  for (let used = 0; to < characters.length; to++) {
    used += widthOf(characters[to] ?? "");
    if (used > width - 3) break;
  }
  const start = from > 0 ? "<" : "";
  const end = to < characters.length ? ">" : "";
  return {
    text: `${start}${characters.slice(from, to).join("")}${end}`,
    cursor: start.length + characters.slice(from, at).join("").length,
  };
}

export function lineOf(before: string, after = ""): EditedLine {
  const text = (before + after).slice(0, MOST_CHARACTERS);
  return { text, at: Math.min(charactersOf(before).length, charactersOf(text).length) };
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A letter with its accents, or an emoji with its colour of skin, is one character. */
function charactersOf(text: string): string[] {
  // Most lines are plain, and segmenting a long one takes long.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII.
  if (/^[\x00-\x7f]*$/.test(text)) return text.split("");
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
