import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** known_hosts files that last as long as a run: keys that were shown, or will be, and are not pinned yet. */
export interface Provisional {
  write(lines: string): Promise<string>;
  remove(): Promise<void>;
}

export function makeProvisional(): Provisional {
  let directory: Promise<string> | undefined;
  let count = 0;
  return {
    async write(lines) {
      directory ??= mkdtemp(join(tmpdir(), "quintet-"));
      count += 1;
      const file = join(await directory, `known_hosts.${count}`);
      await writeFile(file, lines, { mode: 0o600 });
      return file;
    },
    async remove() {
      if (directory !== undefined) await rm(await directory, { recursive: true, force: true });
    },
  };
}
