import { chown, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Stack } from "../../stack/stack.ts";
import type { NspawnWorld } from "./world.ts";

type Marked = Pick<Stack, "name" | "directory">;

// Where disks are only root may look, and a bridge is gone once this computer was restarted.
const fileOf = ({ directory }: Marked) => join(directory, ".quintet", "systemd-nspawn");

/** Notes in the stack directory that there are machines of systemd-nspawn, or are about to be. */
export async function mark({ owner }: Pick<NspawnWorld, "owner">, stack: Marked): Promise<void> {
  const file = fileOf(stack);
  const isNew = (await mkdir(dirname(file), { recursive: true })) !== undefined;
  await writeFile(file, stack.name);
  if (owner === undefined) return;
  for (const path of isNew ? [dirname(file), file] : [file]) await chown(path, owner.uid, owner.gid);
}

/** A stack that is a copy of this one under another name has no machines yet. */
export async function isMarked(stack: Marked): Promise<boolean> {
  return (await readFile(fileOf(stack), "utf8").catch(() => undefined)) === stack.name;
}

export async function unmark(stack: Marked): Promise<void> {
  await rm(fileOf(stack), { force: true });
}
