import { join } from "node:path";
import type { Host } from "../stack/stack.ts";
import { type ConnectOptions, type ConnectWorld, logIn, sessionOf } from "./connect.ts";
import { connectError } from "./connect-error.ts";
import { HandshakeError } from "./handshake.ts";
import { ALL_ALGORITHMS, hostKeyError, judgeHostKey, pinnedAlgorithms } from "./host-key.ts";
import { nameOf, readKnownHosts } from "./known-hosts.ts";
import { bastionPins, describe, type NewKeys, type NewKeysWorld } from "./new-keys.ts";
import type { Session } from "./session.ts";
import { withoutPassword } from "./sudo.ts";

/** A host that was logged in to for the first time. */
export interface Meeting {
  /** To look, not to change: no password is ever sent over it. */
  readonly session: Session;
  readonly key: {
    readonly type: string;
    readonly fingerprint: string;
    /** The line to add to the stack directory's known_hosts. */
    readonly line: string;
    /** The stack pins it already, or the user's own known_hosts has it. */
    readonly known: boolean;
  };
  /** The keys of the stack's bastion, where the stack does not pin them yet. */
  readonly bastions: readonly NewKeys[];
}

/**
 * Logs in by public key only, also to a host whose key nobody has seen yet: that one is trusted for reading, and is to
 * be shown and pinned before anything is changed. A key that contradicts the stack's known_hosts or the user's own is
 * an error. `host` has been resolved.
 */
export async function meet(
  directory: string,
  host: Host,
  options: ConnectOptions,
  world: ConnectWorld & NewKeysWorld,
): Promise<Meeting> {
  const pins = join(directory, "known_hosts");
  const name = nameOf(host);
  const ownFiles = host.ssh.route?.knownHostsFiles ?? [];
  const [pinned, own] = await Promise.all([readKnownHosts([pins]), readKnownHosts(ownFiles)]);
  /** The first that knows anything of the host decides. */
  const judge = (key: Buffer) => {
    const verdict = judgeHostKey(pinned, name, key);
    if (verdict !== "unknown") return { verdict, entries: pinned, file: pins };
    return { verdict: judgeHostKey(own, name, key), entries: own, file: ownFiles[0] ?? pins };
  };
  const accept = (key: Buffer) => ["pinned", "unknown"].includes(judge(key).verdict);
  const { files, bastions } = await bastionPins(directory, host, world);
  const attempt = (algorithms = pinnedAlgorithms(pinned, name) ?? pinnedAlgorithms(own, name) ?? ALL_ALGORITHMS) =>
    logIn(host, { knownHosts: files, algorithms, accept }, options, world);
  try {
    const shaken = await attempt().catch((error: unknown) => {
      if (String(error).includes("no matching host key format")) return attempt(ALL_ALGORITHMS);
      throw error;
    });
    const { keys, lines } = describe(host, true, [shaken.key]);
    const [{ type, fingerprint } = { type: "", fingerprint: "" }] = keys;
    const known = judge(shaken.key).verdict === "pinned";
    const session = sessionOf(host, shaken, { become: withoutPassword });
    return { session, key: { type, fingerprint, line: lines, known }, bastions };
  } catch (error) {
    options.signal?.throwIfAborted();
    const key = error instanceof HandshakeError ? error.key : undefined;
    const judged = key && judge(key);
    if (key && judged && (judged.verdict === "changed" || judged.verdict === "revoked")) {
      throw hostKeyError(judged.file, host, judged.verdict, key, judged.entries);
    }
    throw connectError(host, error);
  }
}
