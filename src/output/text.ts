import type { QuintetErrorFields } from "../errors.ts";
import type { Event } from "../events.ts";

/** Of a long detail, this many lines are shown: its head says what failed, its tail is the last that was said. */
const MOST_LINES = 21;
/** Where nothing scrolls away, and the log file may be gone with the runner. */
export const MOST_LINES_OF_A_LOG = 300;

/** 840 -> "840 ms", 12345 -> "12.3 s", 83000 -> "1 min 23 s". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function indent(text: string, spaces: number): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `${" ".repeat(spaces)}${line}`.trimEnd());
}

/** No wider than `width`; what was cut ends in an ellipsis. */
export function truncate(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** What went wrong, where, what the machine said, and what to do. */
export function errorLines(error: QuintetErrorFields, most: number = MOST_LINES): string[] {
  return [
    `Error: ${error.message}`,
    ...(error.host === undefined ? [] : [`  Host: ${error.host}`]),
    ...(error.step === undefined ? [] : [`  Step: ${error.step}`]),
    ...(error.detail === undefined ? [] : ["  It said:", ...indent(bounded(error.detail, most), 4)]),
    ...(error.logFile === undefined ? [] : [`  Log:  ${error.logFile}`]),
    `  Next: ${error.next}`,
  ];
}

export function warningLines({ message, next }: Extract<Event, { type: "warning" }>): string[] {
  return [`Warning: ${message}`, ...(next === undefined ? [] : [`  Next: ${next}`])];
}

/** Breaks a line at spaces; what follows is indented like its beginning. A longer word is left whole, to be copied. */
export function wrap(line: string, width: number): string[] {
  const margin = " ".repeat(line.length - line.trimStart().length);
  const lines: string[] = [];
  let rest = line.trimStart();
  while (margin.length + rest.length > width) {
    const before = rest.lastIndexOf(" ", width - margin.length);
    const space = before > 0 ? before : rest.indexOf(" ");
    if (space === -1) break;
    lines.push(margin + rest.slice(0, space).trimEnd());
    rest = rest.slice(space).trimStart();
  }
  return [...lines, margin + rest];
}

/** The middle is in the log file. */
export function bounded(detail: string, most: number = MOST_LINES): string {
  const lines = detail.trimEnd().split("\n");
  if (lines.length <= most) return lines.join("\n");
  const head = Math.floor((most - 1) * 0.3);
  const tail = most - 1 - head;
  const left = `… ${lines.length - head - tail} lines left out …`;
  return [...lines.slice(0, head), left, ...lines.slice(-tail)].join("\n");
}
