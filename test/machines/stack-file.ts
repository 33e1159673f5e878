import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";

/** Edits the stack.yml of a stack directory, however it was written. */
export async function editStack(stack: string, edit: (document: Document.Parsed) => void): Promise<void> {
  const file = join(stack, "stack.yml");
  const document = parseDocument(await readFile(file, "utf8"));
  edit(document);
  await writeFile(file, document.toString());
}
