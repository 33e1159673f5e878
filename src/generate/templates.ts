import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Template } from "./render.ts";

/** Reads templates/ and playbooks/: both are laid out as the stack directory is. `root` holds the two. */
export async function readTemplates(root: string): Promise<Template[]> {
  const directories = [path.join(root, "templates"), path.join(root, "playbooks")];
  const found = await Promise.all(directories.map(readTree));
  return found.flat();
}

async function readTree(directory: string): Promise<Template[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => ({ path: path.relative(directory, file), text: await readFile(file, "utf8") })),
  );
}
