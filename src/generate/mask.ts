import { parse } from "yaml";

/** Shorter ones would blot out ordinary words. */
const SHORTEST = 4;

/**
 * Blots out every value of a decrypted secrets.yml, and `more`, in a text. A value of several lines, such as a private key, is blotted
 * out line by line, since a diff shows its lines one by one.
 */
export function secretsMask(secrets: string, more: readonly string[] = []): (text: string) => string {
  const lines = [...textsIn(parse(secrets)), ...more]
    .flatMap((value) => value.split("\n"))
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST && !line.startsWith("-----"))
    // A secret that holds another one goes first.
    .sort((a, b) => b.length - a.length);
  return (text) => lines.reduce((masked, line) => masked.replaceAll(line, "********"), text);
}

/** Also those that stand deeper: the secrets of the application have a mapping of their own. */
function textsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  return value === undefined || value === null ? [] : [String(value)];
}
