import { stripVTControlCharacters } from "node:util";
import type { Event } from "../events.ts";

// Emoji are joined by a zero-width joiner; every other sign that cannot be seen is spelled out.
const UNSEEN =
  /(?<!\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d|\u200d(?!\p{Extended_Pictographic})|(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text of a host's or a file's that a terminal only shows: colours are dropped, all else that would act is spelled out. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll("\r\n", "\n")
    .replaceAll("\r", "\n")
    .replaceAll(UNSEEN, (sign) =>
      sign === "\n" || sign === "\t" ? sign : `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
    );
}

/** The same for a place that has room for one line. */
export function harmlessLine(text: string): string {
  return harmless(text.trimEnd()).replace(/[\n\t]+/g, " ");
}

/**
 * A line that a pipeline's runner only prints. Runners take lines for commands that begin with `::` (blanks before it do
 * not matter) or hold `##[`, and they compare in a way that overlooks signs without a width.
 */
export function inert(line: string): string {
  return line
    .replace(/^([^\x21-\x7e]*:)(?=[^\x20-\x7e]*:)/, "$1 ")
    .replace(/#(?=[^\x20-\x7e]*#[\w\x80-\uffff]*\[)/g, "# ");
}

/** An event for people: whatever a host or a file put into it is harmless. */
export function neutral(event: Event): Event {
  const severalLines = (key: string) =>
    key === "detail" ||
    key === "diff" ||
    event.type === "document" ||
    (key === "message" && (event.type === "info" || event.type === "task"));
  const clean = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return severalLines(key) ? harmless(value) : harmlessLine(value);
    if (Array.isArray(value)) return value.map((one) => clean(one, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, clean(one, name)]));
  };
  // `data` is not shown to people, and may be large.
  if (event.type !== "result") return clean(event, "") as Event;
  const { data, ...shown } = event;
  return { ...(clean(shown, "") as typeof shown), data };
}
