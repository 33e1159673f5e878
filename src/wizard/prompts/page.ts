import type { Size } from "../terminal/screen.ts";
import { padded, shortened, widthOf, wrapped } from "./width.ts";

export type Style = "title" | "faint" | "accent" | "good" | "warn" | "bad";

/** A piece of a line that looks the same throughout. */
export interface Span {
  readonly text: string;
  readonly style?: Style | undefined;
}

export type Line = readonly Span[];

/** One page of the wizard: what is asked now, how far we are, what was given, what was found. */
export interface Page {
  readonly title: string;
  readonly progress: string;
  /** Label and value of what was answered before, shown where there is room. */
  readonly given: readonly (readonly [label: string, value: string])[];
  readonly question: string;
  readonly hint?: string | undefined;
  /** Options, a table, a drawing: told how many lines it may have. */
  readonly body?: ((size: Size) => readonly Line[]) | undefined;
  /** The line that is being typed, its mark included. */
  readonly input?: Line | undefined;
  readonly message?: Span | undefined;
  /** What the background has found by now. */
  readonly live: readonly Line[];
  /** Keys and what they do. */
  readonly help: readonly (readonly [key: string, action: string])[];
}

export interface Fitted {
  /** Down to the line of the cursor. */
  readonly above: readonly Line[];
  readonly below: readonly Line[];
}

const BLANK: Line = [];

/**
 * The page's lines, no more and none longer than fit. Where there is little room, what was answered goes first, then
 * the empty lines, then what was found; the question, the cursor and the keys always stay.
 */
export function fitPage(page: Page, { columns, rows }: Size): Fitted {
  // The last column stays empty: a terminal that was written to in it is about to wrap.
  const width = Math.max(10, columns - 1);
  const wrap = (text: string, style: Style | undefined, most: number): Line[] => {
    const lines = wrapped(text, width);
    const cut = lines.slice(0, most);
    if (lines.length > most) cut[most - 1] = shortened(`${cut[most - 1]} ...`, width - 2);
    return cut.map((line) => [{ text: line, style }]);
  };
  const header = headerLine(page, width);
  const question = wrap(page.question, "title", 3);
  const message = page.message ? wrap(page.message.text, page.message.style, 3) : [];
  const input = page.input ? [page.input] : [];
  let room = rows - 1 - header.length - question.length - message.length - input.length - 1;
  const take = (lines: readonly Line[]): readonly Line[] => {
    const kept = lines.length <= room ? lines : room <= 0 ? [] : withRest(lines, room);
    room -= kept.length;
    return kept;
  };
  const body = take(page.body?.({ columns: width, rows: Math.max(1, room) }) ?? []);
  const hint = take(page.hint === undefined ? [] : wrap(page.hint, "faint", 3));
  const live = take(page.live);
  const blank = (wanted: boolean): Line[] => {
    if (!wanted || room <= 0) return [];
    room -= 1;
    return [BLANK];
  };
  const beforeHelp = blank(true);
  const beforeQuestion = blank(true);
  const beforeLive = blank(live.length > 0);
  const beforeBody = blank(body.length > 0);
  const given = givenLines(page, room - 1, width);
  const beforeGiven = given.length > 0 ? [BLANK] : [];
  const above = [...header, ...beforeGiven, ...given, ...beforeQuestion, ...question, ...hint, ...beforeBody, ...body];
  const below = [...message, ...beforeLive, ...live, ...beforeHelp, helpLine(page.help, width)];
  const cut = (lines: readonly Line[]) => lines.map((line) => cutLine(line, width));
  return page.input === undefined
    ? { above: cut([...above, ...below]), below: [] }
    : { above: cut([...above, ...input]), below: cut(below) };
}

/** The line, cut where it is too long. */
function cutLine(line: Line, width: number): Line {
  if (line.reduce((sum, { text }) => sum + widthOf(text), 0) <= width) return line;
  let left = width;
  return line.flatMap((span) => {
    if (left <= 0) return [];
    const text = shortened(span.text, left);
    left -= text === span.text ? widthOf(text) : left;
    return [{ ...span, text }];
  });
}

function withRest(lines: readonly Line[], room: number): Line[] {
  const kept = lines.slice(0, room - 1);
  return [...kept, [{ text: `... and ${lines.length - kept.length} more`, style: "faint" }]];
}

function headerLine({ title, progress }: Page, width: number): Line[] {
  const left = shortened(title, Math.max(3, width - widthOf(progress) - 2));
  return [
    [
      { text: padded(left, width - widthOf(progress)), style: "accent" },
      { text: progress, style: "faint" },
    ],
    [{ text: "-".repeat(width), style: "faint" }],
  ];
}

/** The newest answers, as many as there is room for. */
function givenLines({ given }: Page, room: number, width: number): Line[] {
  if (room < 1) return [];
  const shown = given.slice(-room);
  const column = Math.min(24, Math.max(0, ...shown.map(([label]) => widthOf(label))) + 2);
  return shown.map(([label, value]) => [
    { text: `  ${padded(shortened(label, column - 2), column)}`, style: "faint" },
    { text: shortened(value, Math.max(4, width - column - 2)) },
  ]);
}

function helpLine(help: Page["help"], width: number): Line {
  const spans: Span[] = [];
  let used = 0;
  for (const [key, action] of help) {
    const gap = used === 0 ? "" : "   ";
    const size = widthOf(gap) + widthOf(key) + 1 + widthOf(action);
    if (used + size > width) break;
    spans.push({ text: `${gap}${key}`, style: "accent" }, { text: ` ${action}`, style: "faint" });
    used += size;
  }
  return spans;
}
