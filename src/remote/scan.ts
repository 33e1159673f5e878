import { readFile } from "node:fs/promises";
import path from "node:path";
import type { RunCommand } from "../command.ts";
import type { Host } from "../stack/stack.ts";
import { entriesFor, fingerprint, type KnownHostsEntry, knownHostsName, parseKnownHosts } from "./known-hosts.ts";

/** A host's keys that are not pinned yet. */
export interface FoundKeys {
  readonly host: Host;
  /** The user's own known_hosts has them: ssh trusts them already. */
  readonly trusted: boolean;
  readonly keys: readonly { readonly type: string; readonly fingerprint: string }[];
  /** The lines to add to the stack directory's known_hosts. */
  readonly lines: string;
}

export interface ScanWorld {
  readonly run: RunCommand;
  readonly home: string;
  readonly signal: AbortSignal;
}

/**
 * The keys of the hosts that the stack directory does not pin yet: from the user's own known_hosts where it has them,
 * else as the host presents them now. A host that presents none (it is down, say) is left out: connecting tells why.
 */
export async function findNewKeys(directory: string, hosts: readonly Host[], world: ScanWorld): Promise<FoundKeys[]> {
  const [pinned, own] = await Promise.all([
    entriesOf(path.join(directory, "known_hosts")),
    entriesOf(path.join(world.home, ".ssh", "known_hosts")),
  ]);
  const unknown = hosts.filter((host) => entriesFor(pinned, nameOf(host)).length === 0);
  const found = await Promise.all(
    unknown.map(async (host) => {
      const known = entriesFor(own, nameOf(host)).filter((entry) => entry.marker === undefined);
      return describe(host, known.length > 0, known.length > 0 ? known : await scan(host, world));
    }),
  );
  return found.filter((one) => one.keys.length > 0);
}

async function scan(host: Host, { run, signal }: ScanWorld): Promise<KnownHostsEntry[]> {
  const argv = ["ssh-keyscan", "-T", "5", "-p", String(host.ssh.port), "--", host.address];
  return parseKnownHosts((await run(argv, { signal })).stdout);
}

function describe(host: Host, trusted: boolean, entries: readonly KnownHostsEntry[]): FoundKeys {
  return {
    host,
    trusted,
    keys: entries.map((entry) => ({ type: entry.keyType, fingerprint: fingerprint(entry.key) })),
    lines: entries.map((entry) => `${nameOf(host)} ${entry.keyType} ${entry.key.toString("base64")}\n`).join(""),
  };
}

function nameOf(host: Host): string {
  return knownHostsName(host.address, host.ssh.port);
}

async function entriesOf(file: string): Promise<KnownHostsEntry[]> {
  return parseKnownHosts(await readFile(file, "utf8").catch(() => ""));
}
