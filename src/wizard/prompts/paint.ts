import { styleText } from "node:util";
import type { Line, Style } from "./page.ts";

const FORMATS = {
  title: "bold",
  faint: "dim",
  accent: "cyan",
  good: "green",
  warn: "yellow",
  bad: "red",
} as const satisfies Record<Style, Parameters<typeof styleText>[0]>;

/** The lines as a terminal takes them. Node leaves the colours out where NO_COLOR is set or the terminal has none. */
export function paint(lines: readonly Line[]): string {
  return lines
    .map((line) =>
      line.map(({ text, style }) => (style === undefined ? text : styleText(FORMATS[style], text))).join(""),
    )
    .join("\n");
}
