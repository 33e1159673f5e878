/**
 * Text from a host, a file or a paste, fit to be shown: nothing in it moves the cursor, changes colours, or turns the
 * direction of writing round.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, "?").replace(/\p{Cs}/gu, "?");
}

/** The same for text that goes into a field of one line: breaks become blanks, the break at its end goes. */
export function oneLine(text: string): string {
  return printable(text.replace(/[\r\n]+$/, "").replace(/[\r\n\t]+/g, " ")).trimStart();
}
