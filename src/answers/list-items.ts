/** A list in one text: words with blanks or commas between. A comma within a URL path is a part of it. */
export function readWords(text: string): string[] {
  return text
    .split(/\s+/)
    .flatMap((word) => word.split(word.startsWith("/") ? /,(?=\/|$)/ : ","))
    .filter((word) => word !== "");
}

/**
 * A list whose items may hold blanks: one a line. An item that is more than a line, or begins with a double quote,
 * stands there as JSON text. A line that begins with a quote and is no JSON text is undefined.
 */
export function readLines(text: string): (string | undefined)[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => (line.startsWith('"') ? unquoted(line) : line));
}

export function linesText(items: readonly string[]): string {
  return items.map((item) => (/^"|[\r\n]|^\s*$/.test(item) ? JSON.stringify(item) : item)).join("\n");
}

function unquoted(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
