import { readdir, rename } from "node:fs/promises";
import path from "node:path";
import { create } from "tar";

/**
 * Packs `directory`, relative to `work`, with `.complete` as its last entry, as the mark of a whole one. The same files
 * give the same archive: sorted, without owners, of one time.
 */
export async function packDirectory(work: string, directory: string, mtime: Date, archive: string): Promise<void> {
  const entries = await readdir(path.join(work, directory), { recursive: true, withFileTypes: true });
  const files = entries.map((entry) => path.relative(work, path.join(entry.parentPath, entry.name)));
  const mark = path.join(directory, ".complete");
  // The directories above come first: the umask of the machine that unpacks them must not close them either.
  const above = directory.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));
  const ordered = [...above, ...files.filter((file) => file !== mark).sort(), ...(files.includes(mark) ? [mark] : [])];
  await create(
    { cwd: work, file: `${archive}.new`, gzip: { level: 6 }, portable: true, mtime, noDirRecurse: true },
    ordered,
  );
  await rename(`${archive}.new`, archive);
}
