/** Text that is HTML already. Only `html` and `trusted` make one, so nothing gets onto a page unescaped by accident. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Html | string | number | undefined | readonly Part[];

/** A piece of a page. What is put in is text and becomes text, unless it is such a piece itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((string, index) => (index === 0 ? "" : textOf(parts[index - 1])) + string).join(""));
}

/** HTML that was made elsewhere, by something that escapes by itself. */
export function trusted(text: string): Html {
  return new Html(text);
}

/** Text for where HTML or XML stands, in an attribute, too. */
export function escaped(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/**
 * Text without what may not stand in XML 1.0 or HTML, and without signs that turn the direction of what follows:
 * a replacement character stands for each.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(
      /[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u202a-\u202e\u2066-\u2069]/gu,
      "\ufffd",
    );
}

function textOf(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(textOf).join("");
  return escaped(String(part));
}
