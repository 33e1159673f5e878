import { join } from "node:path";
import type { SshTarget } from "../stack/stack.ts";
import { bastionOf } from "./bastion.ts";
import { entriesFor, fingerprint, keyTypeOf, knownHostsLine, nameOf, readKnownHosts } from "./known-hosts.ts";

/** The keys of a host, or of a bastion, that the stack does not pin yet. */
export interface NewKeys {
  readonly host: SshTarget;
  /** The user's own known_hosts has them: ssh trusts them already. */
  readonly trusted: boolean;
  readonly keys: readonly { readonly type: string; readonly fingerprint: string }[];
  /** The lines to add to the stack directory's known_hosts. */
  readonly lines: string;
}

export interface NewKeysWorld {
  /** The key that a target presents; `knownHosts`: the files that pin its bastion's. */
  readonly capture: (target: SshTarget, knownHosts: readonly string[]) => Promise<Buffer>;
  /** Puts lines into a known_hosts file that lasts as long as this run. */
  readonly provisional: (lines: string) => Promise<string>;
}

/**
 * The keys that the stack directory does not pin yet, of the bastions and then of the hosts: from the user's own
 * known_hosts where it has them, else as they are presented now. What presents none (it is down, say) is left out:
 * connecting tells why. A bastion's new key is trusted as far as needed to see the keys of the hosts behind it: nothing
 * but a public key's signature is sent there.
 */
export async function findNewKeys(
  directory: string,
  hosts: readonly SshTarget[],
  world: NewKeysWorld,
): Promise<NewKeys[]> {
  const pins = join(directory, "known_hosts");
  const bastions = await newKeysOf(pins, bastionsOf(hosts), [pins], world);
  const found = await newKeysOf(pins, hosts, await filesFor(pins, bastions, world), world);
  return [...bastions, ...found];
}

/** The files that pin the bastions on the way to a host: the stack's own, and one for those that are new. */
export async function bastionPins(
  directory: string,
  host: SshTarget,
  world: NewKeysWorld,
): Promise<{ files: string[]; bastions: NewKeys[] }> {
  const pins = join(directory, "known_hosts");
  const bastions = await newKeysOf(pins, bastionsOf([host]), [pins], world);
  return { files: await filesFor(pins, bastions, world), bastions };
}

async function filesFor(pins: string, bastions: readonly NewKeys[], world: NewKeysWorld): Promise<string[]> {
  if (bastions.length === 0) return [pins];
  return [pins, await world.provisional(bastions.map(({ lines }) => lines).join(""))];
}

/** Each once, though many hosts are behind it. */
function bastionsOf(hosts: readonly SshTarget[]): SshTarget[] {
  const all = hosts.flatMap((host) => bastionOf(host) ?? []);
  return [...new Map(all.map((bastion) => [nameOf(bastion), bastion])).values()];
}

async function newKeysOf(
  pins: string,
  targets: readonly SshTarget[],
  knownHosts: readonly string[],
  world: NewKeysWorld,
): Promise<NewKeys[]> {
  const pinned = await readKnownHosts([pins]);
  const unknown = targets.filter((target) => entriesFor(pinned, nameOf(target)).length === 0);
  const found = await Promise.all(
    unknown.map(async (target) => {
      const own = entriesFor(await readKnownHosts(target.ssh.route?.knownHostsFiles ?? []), nameOf(target));
      const known = own.filter(({ marker }) => marker === undefined).map(({ key }) => key);
      if (known.length > 0) return [describe(target, true, known)];
      const key = await world.capture(target, knownHosts).catch(() => undefined);
      return key === undefined ? [] : [describe(target, false, [key])];
    }),
  );
  return found.flat();
}

export function describe(host: SshTarget, trusted: boolean, keys: readonly Buffer[]): NewKeys {
  return {
    host,
    trusted,
    keys: keys.map((key) => ({ type: keyTypeOf(key) ?? "", fingerprint: fingerprint(key) })),
    lines: keys.map((key) => knownHostsLine(nameOf(host), key)).join(""),
  };
}
