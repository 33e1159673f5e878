import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "../../stack/stack.ts";
import { VAGRANT_PROVIDERS, type VagrantProvider } from "../provider.ts";
import { stateDirectory } from "./call.ts";

/**
 * The machines that Vagrant has made, by their names in stack.yml as it was then: what their provider calls them. Read
 * from Vagrant's own files: asking Vagrant takes seconds, which somebody who cuts the power does not have.
 */
export async function machineIds(stack: Stack, provider: VagrantProvider): Promise<Map<string, string>> {
  const directory = join(stateDirectory(stack), "machines");
  const names = await readdir(directory).catch(() => []);
  const entries = await Promise.all(
    names.map(async (name) => {
      const id = await readFile(join(directory, name, provider, "id"), "utf8").catch(() => "");
      return [name, id.trim()] as const;
    }),
  );
  return new Map(entries.filter(([, id]) => id !== ""));
}

/** Whether Vagrant was ever called for this stack's machines and has not been cleaned up after. */
export async function hasState(stack: Stack): Promise<boolean> {
  return stat(stateDirectory(stack)).then(
    () => true,
    () => false,
  );
}

/** Which provider Vagrant was called with for this stack's machines, also where none was made in the end. */
export async function usedProvider(stack: Pick<Stack, "directory">): Promise<VagrantProvider | undefined> {
  const directory = join(stateDirectory(stack), "machines");
  const names = await readdir(directory).catch(() => []);
  const used = await Promise.all(names.map((name) => readdir(join(directory, name)).catch(() => [])));
  return VAGRANT_PROVIDERS.find((provider) => used.flat().includes(provider));
}
