/** One thing that the user did on the keyboard. */
export type Key =
  /** Printable characters: one that was typed, or several that arrived at once. */
  | { readonly name: "text"; readonly text: string }
  /** Text that was pasted as one piece, as it came. */
  | { readonly name: "paste"; readonly text: string }
  | { readonly name: Exclude<KeyName, "text" | "paste"> };

type KeyName =
  | "text"
  | "paste"
  | "enter"
  | "escape"
  | "interrupt"
  | "suspend"
  | "tab"
  | "backspace"
  | "delete"
  | "up"
  | "down"
  | "left"
  | "right"
  | "word-left"
  | "word-right"
  | "home"
  | "end"
  | "page-up"
  | "page-down"
  | "cut-word"
  | "cut-before"
  | "cut-after"
  | "redraw";

export interface Split {
  readonly keys: readonly Key[];
  /** The beginning of something whose end has not arrived yet. */
  readonly rest: string;
}

const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";

const CONTROL: Readonly<Record<string, Key["name"]>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x01": "home",
  "\x05": "end",
  "\x02": "left",
  "\x06": "right",
  "\x10": "up",
  "\x0e": "down",
  "\x0b": "cut-after",
  "\x15": "cut-before",
  "\x17": "cut-word",
  "\x0c": "redraw",
  "\x03": "interrupt",
  "\x1a": "suspend",
  // End of input on an empty line, as every shell takes it: the user wants to leave.
  "\x04": "interrupt",
};

/** The last letter or number of an escape sequence, with the modifiers that terminals add (1;5C is Ctrl-Right). */
const SEQUENCES: Readonly<Record<string, Key["name"]>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  Z: "tab",
  "1;5C": "word-right",
  "1;5D": "word-left",
  "1;3C": "word-right",
  "1;3D": "word-left",
  "1~": "home",
  "7~": "home",
  "4~": "end",
  "8~": "end",
  "3~": "delete",
  "5~": "page-up",
  "6~": "page-down",
};

const META: Readonly<Record<string, Key["name"]>> = { b: "word-left", f: "word-right", "\x7f": "cut-word" };

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the bytes that a keyboard sends.
const SEQUENCE = /^\x1b(?:\[([0-9;?<=>]*[ -/]*[@-~])|O([ -~]))/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const UNFINISHED = /^\x1b(?:\[[0-9;?<=>]*[ -/]*|O)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const PRINTABLE = /^[^\x00-\x1f\x7f]+/;

/**
 * What a terminal sent, as keys. `final`: nothing more came for a while, so an unfinished beginning is all there is:
 * a lone ESC byte is the Esc key.
 */
export function splitKeys(input: string, final: boolean): Split {
  const keys: Key[] = [];
  let left = input;
  while (left !== "") {
    if (left.startsWith(PASTE_START)) {
      const end = left.indexOf(PASTE_END);
      if (end === -1 && !final) break;
      keys.push({ name: "paste", text: left.slice(PASTE_START.length, end === -1 ? undefined : end) });
      left = end === -1 ? "" : left.slice(end + PASTE_END.length);
      continue;
    }
    const text = PRINTABLE.exec(left)?.[0];
    if (text !== undefined) {
      keys.push({ name: "text", text });
      left = left.slice(text.length);
      continue;
    }
    if (!left.startsWith("\x1b")) {
      // Enter is sent as CR, and pasted text may have CR LF.
      const size = left.startsWith("\r\n") ? 2 : 1;
      push(keys, CONTROL[left.charAt(0)]);
      left = left.slice(size);
      continue;
    }
    if (!final && UNFINISHED.test(left)) break;
    const sequence = SEQUENCE.exec(left);
    if (sequence !== null) {
      push(keys, SEQUENCES[sequence[1] ?? sequence[2] ?? ""]);
      left = left.slice(sequence[0].length);
      continue;
    }
    const meta = META[left.charAt(1)];
    push(keys, meta ?? "escape");
    left = left.slice(meta === undefined ? 1 : 2);
  }
  return { keys, rest: left };
}

function push(keys: Key[], name: Key["name"] | undefined): void {
  if (name !== undefined && name !== "text" && name !== "paste") keys.push({ name });
}
