import widthOf from "fast-string-width";
import type { Event } from "../events.ts";

const GAP = 2;
const NARROWEST = 8;

/** A table in aligned columns, no wider than `width`: the widest columns give way, and their cells are wrapped. */
export function tableLines(
  { title, columns, rows }: Extract<Event, { type: "table" }>,
  width: number,
  paint: (text: string) => string = (text) => text,
): string[] {
  const widths = columns.map((heading, index) =>
    Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[index] ?? ""))),
  );
  const total = () => widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1));
  while (total() > width && Math.max(...widths) > NARROWEST) {
    widths[widths.indexOf(Math.max(...widths))] = Math.max(...widths) - 1;
  }
  const heading = rowLines(columns, widths);
  const rule = widths.map((one) => "-".repeat(one)).join(" ".repeat(GAP));
  return [paint(title), ...heading, rule, ...rows.flatMap((row) => rowLines(row, widths))];
}

function rowLines(cells: readonly string[], widths: readonly number[]): string[] {
  const wrapped = widths.map((width, index) => wrap(cells[index] ?? "", width));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    widths
      .map((width, index) => padded(wrapped[index]?.[line] ?? "", width))
      .join(" ".repeat(GAP))
      .trimEnd(),
  );
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** Breaks at spaces, and a longer word where it must. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (widthOf(rest) > width) {
    const most = fitting(rest, width);
    const space = rest.lastIndexOf(" ", most);
    const end = space > 0 ? space : most;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** How much of the text, one sign at least, a width has room for. */
function fitting(text: string, width: number): number {
  let end = 0;
  for (const sign of text) {
    if (end > 0 && widthOf(text.slice(0, end + sign.length)) > width) break;
    end += sign.length;
  }
  return end;
}
