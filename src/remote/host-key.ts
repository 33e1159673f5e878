import { EXIT, QuintetError } from "../errors.ts";
import type { SshTarget } from "../stack/stack.ts";
import { entriesFor, fingerprint, type KnownHostsEntry, keyTypeOf, nameOf } from "./known-hosts.ts";
import { quoteArgv } from "./quote.ts";

export type Verdict = "pinned" | "unknown" | "changed" | "revoked";

/** What the stack's known_hosts says of the key that a host presented. */
export function judgeHostKey(entries: readonly KnownHostsEntry[], name: string, key: Buffer): Verdict {
  const own = entriesFor(entries, name);
  if (own.some((entry) => entry.marker === "revoked" && entry.key.equals(key))) return "revoked";
  const pins = own.filter((entry) => entry.marker === undefined);
  if (pins.some((entry) => entry.key.equals(key))) return "pinned";
  return pins.length === 0 ? "unknown" : "changed";
}

const ALGORITHMS = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
} as const;
export type HostKeyAlgorithm = (typeof ALGORITHMS)[keyof typeof ALGORITHMS][number];

/** Best first: what is offered to a host whose key is to be seen. */
export const ALL_ALGORITHMS: readonly HostKeyAlgorithm[] = Object.values(ALGORITHMS).flat();

/**
 * The host key algorithms to offer: only those whose keys are pinned, best first, so that a host with several keys
 * presents one that we know. Undefined where nothing is pinned: any.
 */
export function pinnedAlgorithms(entries: readonly KnownHostsEntry[], name: string): HostKeyAlgorithm[] | undefined {
  const types = new Set(entriesFor(entries, name).flatMap((entry) => (entry.marker ? [] : [entry.keyType])));
  const algorithms = Object.entries(ALGORITHMS).flatMap(([type, names]) => (types.has(type) ? [...names] : []));
  return algorithms.length === 0 ? undefined : algorithms;
}

/** The error for a key that may not be trusted; `file`: the known_hosts that says so. */
export function hostKeyError(
  file: string,
  host: SshTarget,
  verdict: Exclude<Verdict, "pinned">,
  key: Buffer,
  entries: readonly KnownHostsEntry[],
): QuintetError {
  const name = nameOf(host);
  const where = `${host.name} (${name})`;
  const presented = `presented: ${fingerprint(key)} (${keyTypeOf(key)})`;
  const pinned = entriesFor(entries, name)
    .filter((entry) => entry.marker === undefined)
    .map((entry) => `pinned: ${fingerprint(entry.key)} (${entry.keyType})`);
  const shared = { exitCode: EXIT.preflight, host: host.name, step: "compare the host key" } as const;
  if (verdict === "unknown") {
    return new QuintetError({
      ...shared,
      message: `The host key of ${where} is not known yet.`,
      detail: presented,
      next: `Compare it with the machine's own (there: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); if it is the same, run this in a terminal and say yes, or with --accept-host-keys.`,
    });
  }
  const detail = [...pinned, presented].join("\n");
  if (verdict === "revoked") {
    return new QuintetError({
      ...shared,
      message: `The host key of ${where} is marked as revoked.`,
      detail,
      next: `Give the machine a new host key, or take the @revoked line out of ${file}.`,
    });
  }
  return new QuintetError({
    ...shared,
    message: `The host key of ${where} has changed: this may not be the machine that it was.`,
    detail,
    next: `Stop here unless you know that the machine was installed anew; then forget its old key: ${quoteArgv(["ssh-keygen", "-R", name, "-f", file])}`,
  });
}
