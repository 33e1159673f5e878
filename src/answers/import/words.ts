/** A line's words as a POSIX shell would take them, without expansions; a # at the beginning of a word ends the line. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let index = 0; index < line.length; index += 1) {
    const sign = line[index] ?? "";
    if (quote !== "") {
      if (sign === quote) quote = "";
      else if (sign === "\\" && quote === '"' && /["\\$`]/.test(line[index + 1] ?? "")) word += line[++index] ?? "";
      else word += sign;
    } else if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (sign === "#" && word === undefined) break;
    else {
      word ??= "";
      if (sign === "'" || sign === '"') quote = sign;
      else if (sign === "\\") word += line[++index] ?? "";
      else word += sign;
    }
  }
  return word === undefined ? words : [...words, word];
}
