import { chown, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import { knownHostsName } from "../remote/known-hosts.ts";
import type { Host, Stack } from "../stack/stack.ts";
import type { NspawnWorld } from "./world.ts";

/** The file's text without what it says of these names; every other line and name stays as it is. */
function withoutNames(text: string, names: ReadonlySet<string>): string {
  const lines = text.split("\n").flatMap((line) => {
    const [, hosts = "", rest = ""] = /^([^#@\s]\S*)(\s.*)$/.exec(line) ?? [];
    const all = hosts.split(",");
    const kept = all.filter((name) => !names.has(name));
    if (hosts === "" || kept.length === all.length) return [line];
    return kept.length === 0 ? [] : [kept.join(",") + rest];
  });
  return lines.join("\n");
}

/** `keys` maps host names to public keys; a host without one only loses its old lines. */
export function withPins(text: string, hosts: readonly Host[], keys: ReadonlyMap<string, string>): string {
  const nameOf = ({ address, ssh }: Host) => knownHostsName(address, ssh.port);
  const kept = withoutNames(text, new Set(hosts.map(nameOf)));
  const lines = hosts.flatMap((host) => {
    const [type, key] = keys.get(host.name)?.trim().split(" ") ?? [];
    return key === undefined ? [] : [`${nameOf(host)} ${type} ${key}\n`];
  });
  return (kept === "" || kept.endsWith("\n") ? kept : `${kept}\n`) + lines.join("");
}

/** Pins the machines' keys in the stack directory; an empty map takes back what was pinned. */
export async function pin(world: NspawnWorld, stack: Stack, keys: ReadonlyMap<string, string>): Promise<void> {
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
