import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type Path, shown } from "./faults.ts";

/** A stack.yml is a page or two; the bounds keep a hostile or mistaken file from costing minutes. */
const LONGEST_TEXT = 256 * 1024;
const DEEPEST = 20;
const MOST_VALUES = 100_000;
/** Syntax faults cascade: the later ones rarely mean anything. */
const MOST_SYNTAX_FAULTS = 10;

const TOO_MANY = ["The file holds too many values.", "Keep the file short, and take anchors and aliases out."] as const;
const TOO_DEEP = [
  "The file is nested too deeply.",
  "Nest no deeper than settings such as hosts.web1.ssh.port.",
] as const;

interface Place {
  /** Offset of the key (of the value in a list). */
  readonly key: number;
  readonly value: number;
  readonly children: Map<string | number, Place>;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** YAML as plain data that remembers where each value stood. */
export interface Tree {
  /** Mappings are objects without a prototype. Undefined where the text could not be read. */
  readonly value: unknown;
  /**
   * Of the key, or of a value that begins on its key's line; of the nearest key above where the path leads nowhere.
   */
  readonly position: (path: Path, at?: "value" | "key") => Position;
}

export type ReportPosition = (position: Position, path: Path, message: string, expected: string) => void;
type ReportAt = (offset: number, path: Path, message: string, expected: string) => void;

/** Reads YAML; faults of the text itself are reported with their offset, and then `value` may be undefined. */
export function readTree(text: string, fault: ReportPosition, warn: ReportPosition): Tree {
  const counter = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const root: Place = { key: 0, value: 0, children: new Map() };
  const tree = (value: unknown): Tree => ({
    value,
    position: (path, at = "value") => {
      const place = find(root, path);
      const [key, inner] = [position(place.key), position(place.value)];
      return at === "value" && key.line === inner.line ? inner : key;
    },
  });
  if (text.length > LONGEST_TEXT) {
    const limit = `Keep it under ${LONGEST_TEXT / 1024} KiB.`;
    fault(position(0), [], `The file is ${Math.ceil(text.length / 1024)} KiB long.`, limit);
    return tree(undefined);
  }
  const document = parse(text, counter);
  if (document === undefined) {
    fault(position(0), [], ...TOO_DEEP);
    return tree(undefined);
  }
  for (const error of document.errors.slice(0, MOST_SYNTAX_FAULTS)) {
    const [message, expected] = syntaxSentences(error.code, error.message);
    fault(position(error.pos[0]), [], message, expected);
  }
  if (document.errors.length > 0) return tree(undefined);
  for (const { pos, message } of document.warnings.slice(0, MOST_SYNTAX_FAULTS)) {
    warn(position(pos[0]), [], `${plain(message)}.`, "Leave the tag out.");
  }
  return tree(readDocument(document, root, (offset, ...rest) => fault(position(offset), ...rest)));
}

/** Undefined where the text is nested so deeply that the parser itself, which has a bound, runs out of stack first. */
function parse(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      // Found below, with a friendlier sentence and in linear time.
      uniqueKeys: false,
      // Not "silent", which would take the fault of a second document away.
      logLevel: "error",
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The place a path leads to; where it ends early, the key it got to. */
function find(root: Place, path: Path): Place {
  let place = root;
  for (const key of path) {
    const child = place.children.get(key);
    if (child === undefined) return { ...place, value: place.key };
    place = child;
  }
  return place;
}

function readDocument(document: Document.Parsed, root: Place, fault: ReportAt): unknown {
  const anchors = new Map<string, Node>();
  let left = MOST_VALUES;

  function read(node: unknown, place: Place, path: Path): unknown {
    left -= 1;
    if (left === 0) fault(0, [], ...TOO_MANY);
    if (left <= 0) return undefined;
    if (path.length > DEEPEST) {
      left = 0;
      fault(place.value, [], ...TOO_DEEP);
      return undefined;
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) return read(target, place, path);
      left = 0;
      fault(place.value, path, `There is no anchor &${shown(node.source)} above.`, "Write the value itself.");
      return undefined;
    }
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const offset = offsetOf(item, place.value);
        const child: Place = { key: offset, value: offset, children: new Map() };
        place.children.set(index, child);
        return read(item, child, [...path, index]);
      });
    }
    if (!isMap(node)) return isScalar(node) ? scalar(node) : null;
    const object: Record<string, unknown> = Object.create(null);
    for (const pair of node.items) {
      const at = offsetOf(pair.key, place.value);
      const key = keyOf(pair.key);
      if (key === undefined) {
        fault(at, path, "A list or a mapping stands where a key belongs.", "Give key: value.");
        continue;
      }
      const before = place.children.get(key);
      const child: Place = { key: at, value: offsetOf(pair.value, at), children: new Map() };
      if (before !== undefined) fault(at, [...path, key], "This key is given twice.", "Keep one of the two.");
      else if (key === "__proto__") fault(at, [...path, key], "This name has a meaning of its own.", "Give another.");
      else {
        place.children.set(key, child);
        object[key] = read(pair.value, child, [...path, key]);
      }
    }
    return object;
  }

  Object.assign(root, { key: 0, value: 0 });
  const value = read(document.contents, root, []);
  return left <= 0 ? undefined : value;
}

function offsetOf(node: unknown, otherwise: number): number {
  if (!isAlias(node) && !isMap(node) && !isSeq(node) && !isScalar(node)) return otherwise;
  return node.range?.[0] ?? otherwise;
}

function keyOf(key: unknown): string | undefined {
  if (key === null) return "";
  if (isScalar(key)) return key.source ?? String(key.value ?? "");
  return isAlias(key) ? `*${key.source}` : undefined;
}

/** Text, numbers, true and false, null; what other YAML versions know beside (dates, sets) stays text. */
function scalar(node: { value: unknown; source?: string | undefined }): unknown {
  const { value } = node;
  const plain = value === null || ["string", "number", "boolean"].includes(typeof value);
  return plain ? value : (node.source ?? String(value));
}

function syntaxSentences(code: string, message: string): [message: string, expected: string] {
  const said = `This is not YAML: ${plain(message)}.`;
  switch (code) {
    case "TAB_AS_INDENT":
      return ["A tab indents this line; YAML knows only spaces.", "Indent with spaces."];
    case "RESOURCE_EXHAUSTION":
      return [...TOO_DEEP];
    case "MULTIPLE_DOCS":
      return ["A second document begins here.", "Keep one, and take the line --- out."];
    case "BLOCK_AS_IMPLICIT_KEY":
      return [said, 'Give one "key: value" a line, and put quotes around a value with a colon at its end.'];
    default:
      return [said, "Give settings such as name: shop, one a line, indented with spaces."];
  }
}

/** The parser's words in our sentence; they may quote the file. */
function plain(message: string): string {
  return message.replace(/\.$/, "").replace(/[\p{Cc}\p{Cf}]/gu, " ");
}
