import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    // Reading a directory fails without saying which.
    throw error instanceof Error ? Object.assign(error, { path: file }) : error;
  }
}

/** The file is the old one or the new one, never half of it. Makes the directory. */
export async function writeAtomically(file: string, content: string, mode: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.new`, content, { mode });
  await rename(`${file}.new`, file);
}
