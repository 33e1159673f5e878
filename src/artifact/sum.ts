import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** SHA-256 of a file, hexadecimal. */
export async function sumOf(file: string): Promise<string> {
  const sum = createHash("sha256");
  for await (const chunk of createReadStream(file)) sum.update(chunk as Buffer);
  return sum.digest("hex");
}
