import type { Place } from "../errors.ts";

/** One thing in stack.yml that is wrong, or, as a warning, that its owner should know. */
export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  /** Where in the settings, such as hosts.web1.address; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, a sentence. */
  readonly message: string;
  /** What would be right, a sentence. */
  readonly expected: string;
}

/** Keys and indexes from the top of the file to one setting. */
export type Path = readonly (string | number)[];

/** How a rule says what it found, at a value or at its key; whoever hands it in knows the file and the lines. */
export type Report = (path: Path, message: string, expected: string, at?: "value" | "key") => void;

const LONGEST_VALUE = 60;

/** A value as it may stand in a sentence: plain where it is harmless, quoted, escaped and cut where it is not. */
export function shown(value: unknown): string {
  const text = String(value);
  const signs = [...text.slice(0, 4 * LONGEST_VALUE)];
  const cut = signs.length > LONGEST_VALUE ? `${signs.slice(0, LONGEST_VALUE).join("")}…` : signs.join("");
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?…?$/.test(cut) && !cut.includes('"')) return cut;
  // Format characters too: some of them turn the direction of the text around them.
  return JSON.stringify(cut).replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`,
  );
}

export function pathText(path: Path): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else text += `${text === "" ? "" : "."}${/^[\w-]{1,60}$/.test(key) ? key : shown(key)}`;
  }
  return text;
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[], last = "and"): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** Where each fault is and what it says, for programs that show it there. */
export function placesOf(faults: readonly Fault[]): Place[] {
  return faults.map(({ file, line, column, path, message, expected }) => {
    return { file, line, column, message: `${path === "" ? "" : `${path}: `}${message} ${expected}` };
  });
}

/** One line a fault, as compilers write them: editors and terminals can jump to file:line:column. At most 50. */
export function formatFaults(faults: readonly Fault[]): string[] {
  const lines = placesOf(faults.slice(0, 50)).map(({ file, line, column, message }) => {
    return `${file}:${line}:${column}  ${message}`;
  });
  return faults.length > 50 ? [...lines, `… and ${faults.length - 50} more faults.`] : lines;
}
