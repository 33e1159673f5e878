import columnsOf from "fast-string-width";

/** How many columns a terminal gives to this text, which has no control characters. */
export function widthOf(text: string): number {
  return columnsOf(text);
}

/** The beginning of the text that fits; two dots tell that there was more. */
export function shortened(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 3) return ".".repeat(Math.max(0, width));
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width - 2) break;
    kept += character;
  }
  return `${kept}..`;
}

export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** The text in lines of at most this width, broken between words where that is possible. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +/)) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (widthOf(line) > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return line === "" ? lines : [...lines, line];
}
