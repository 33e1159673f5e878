import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "../../stack/stack.ts";
import { stateDirectory } from "./call.ts";

// A file, since it may be another process that plugs the cable in again.
const markOf = (stack: Pick<Stack, "directory">, host: string) => join(stateDirectory(stack), `cable-pulled.${host}`);

/** Remembers which machines' cables we have pulled, for providers that do not tell. */
export async function markCable(stack: Pick<Stack, "directory">, host: string, state: "up" | "down"): Promise<void> {
  if (state === "down") await writeFile(markOf(stack, host), "");
  else await rm(markOf(stack, host), { force: true });
}

export async function isCablePulled(stack: Pick<Stack, "directory">, host: string): Promise<boolean> {
  return stat(markOf(stack, host)).then(
    () => true,
    () => false,
  );
}
