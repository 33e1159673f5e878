import { chown, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import { entriesFor, knownHostsName, parseKnownHosts } from "../remote/known-hosts.ts";
import type { Host, Stack } from "../stack/stack.ts";
import type { MachinesWorld } from "./world.ts";

/** Stands behind each key of a machine of ours: the stack's own pins are never touched. */
const MARK = "rehearsal";

/** `keys` maps host names to public keys; a host without one only loses its old lines. */
export function withPins(text: string, hosts: readonly Host[], keys: ReadonlyMap<string, string>): string {
  const names = new Set(hosts.map(nameOf));
  const ours = (line: string) => line.endsWith(` ${MARK}`) && names.has(line.split(" ")[0] ?? "");
  const kept = text
    .split("\n")
    .filter((line) => !ours(line))
    .join("\n");
  const lines = hosts.flatMap((host) => {
    const [type, key] = keys.get(host.name)?.trim().split(" ") ?? [];
    return key === undefined ? [] : [`${nameOf(host)} ${type} ${key} ${MARK}\n`];
  });
  return (kept === "" || kept.endsWith("\n") ? kept : `${kept}\n`) + lines.join("");
}

/** The hosts for which a machine that is not of ours is pinned: this stack is in use elsewhere. */
export function hostsPinnedElsewhere(text: string, hosts: readonly Host[]): Host[] {
  const others = parseKnownHosts(
    text
      .split("\n")
      .filter((line) => !line.endsWith(` ${MARK}`))
      .join("\n"),
  );
  return hosts.filter((host) => entriesFor(others, nameOf(host)).length > 0);
}

/** A stack that real machines run has pinned their keys; the machines of a rehearsal must not take their place. */
export async function refusePinnedElsewhere(stack: Stack): Promise<void> {
  const file = join(stack.directory, "known_hosts");
  const [first] = hostsPinnedElsewhere(await readFile(file, "utf8").catch(() => ""), stack.hosts);
  if (first === undefined) return;
  throw new QuintetError({
    message: `${stack.name} is a stack of real machines: ${file} pins the key of ${first.name}.`,
    exitCode: EXIT.preflight,
    host: first.name,
    step: "machines",
    next: "Rehearse a copy: a directory of its own with this stack.yml, under another name.",
  });
}

function nameOf({ address, ssh }: Host): string {
  return knownHostsName(address, ssh.port);
}

/** Pins the machines' keys in the stack directory; an empty map takes back what was pinned. */
export async function pin(world: MachinesWorld, stack: Stack, keys: ReadonlyMap<string, string>): Promise<void> {
  const file = join(stack.directory, "known_hosts");
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const old = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const text = withPins(old, stack.hosts, keys);
    if (text === old) return;
    await writeFile(temporary, text, { mode: 0o644 });
    if (world.owner !== undefined) await chown(temporary, world.owner.uid, world.owner.gid);
    await rename(temporary, file);
  } catch (cause) {
    throw new QuintetError(
      {
        message: `The machines' host keys cannot be written to ${file}.`,
        exitCode: EXIT.preflight,
        step: "machines",
        detail: cause instanceof Error ? cause.message : String(cause),
        next: `Make ${stack.directory} writable.`,
      },
      { cause },
    );
  }
}
