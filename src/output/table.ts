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
    Math.max(heading.length, ...rows.map((row) => (row[index] ?? "").length)),
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
      .map((width, index) => (wrapped[index]?.[line] ?? "").padEnd(width))
      .join(" ".repeat(GAP))
      .trimEnd(),
  );
}

/** Breaks at spaces, and a longer word where it must. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
