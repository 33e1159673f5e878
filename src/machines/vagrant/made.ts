import { createHash } from "node:crypto";
import { chown, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Host, Stack } from "../../stack/stack.ts";
import { VAGRANT_PROVIDERS, type VagrantProvider } from "../provider.ts";
import { stateDirectory } from "./call.ts";
import type { VagrantWorld } from "./world.ts";

const made = z.object({
  provider: z.enum(VAGRANT_PROVIDERS),
  hosts: z.record(
    z.string(),
    z.object({
      address: z.string(),
      /** Hash of what the machine was made from. */
      settings: z.string(),
      /** What it was made with: stack.yml may have changed since. */
      machine: z.object({ suite: z.string(), memoryMb: z.number(), cpus: z.number() }),
      hostKey: z.string(),
      /** Whether its blank state was kept. */
      kept: z.boolean(),
    }),
  ),
});

/** What is known of the machines that were prepared, beside what Vagrant keeps of them; a host that is not in it was not. */
export type Made = z.output<typeof made>;
export type MadeHost = Made["hosts"][string];

const fileOf = (stack: Pick<Stack, "directory">) => join(stateDirectory(stack), "prepared.json");

/** undefined: Vagrant runs nothing for this stack. */
export async function readMade(stack: Pick<Stack, "directory">): Promise<Made | undefined> {
  const text = await readFile(fileOf(stack), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return made.parse(JSON.parse(text));
  } catch {
    return undefined; // Half-written, or another version's: the machines are prepared once more.
  }
}

export async function writeMade(world: Pick<VagrantWorld, "owner">, stack: Stack, content: Made): Promise<void> {
  const file = fileOf(stack);
  await mkdir(stateDirectory(stack), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(content));
  if (world.owner !== undefined) await chown(`${file}.new`, world.owner.uid, world.owner.gid);
  await rename(`${file}.new`, file);
}

/** `key`: the public key that may log in. */
export function settingsOf(
  { name, address, privateAddress, ssh, machine }: Host,
  stack: Pick<Stack, "virtualIp">,
  key: string,
): string {
  const { suite, sudo, memoryMb, cpus, box } = machine;
  const size = [memoryMb, cpus, box];
  const parts = [name, address, privateAddress, stack.virtualIp.prefix, suite, ...size, ssh.user, ssh.port, sudo, key];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Which of Vagrant's providers runs this stack's hosts, all of them; undefined: none does. Takes no rights to find out. */
export async function madeBy({
  directory,
  hosts,
}: Pick<Stack, "directory" | "hosts">): Promise<VagrantProvider | undefined> {
  const found = await readMade({ directory });
  return hosts.every(({ name, address }) => found?.hosts[name]?.address === address) ? found?.provider : undefined;
}
