import { homedir } from "node:os";
import { join } from "node:path";
import type { Host, SshTarget, Stack } from "../stack/stack.ts";
import { bastionOf } from "./bastion.ts";
import { connectError } from "./connect-error.ts";
import { type Gate, makeGate } from "./gate.ts";
import { type Handshake, HandshakeError, type HandshakeOptions, shakeHands } from "./handshake.ts";
import { ALL_ALGORITHMS, hostKeyError, judgeHostKey, pinnedAlgorithms } from "./host-key.ts";
import { type Credentials, credentialsFor, type LocalSsh, refuseLocked } from "./identity.ts";
import { nameOf, readKnownHosts } from "./known-hosts.ts";
import { type LiveSession, openSession, type Session } from "./session.ts";
import { type Become, withoutPassword } from "./sudo.ts";

export interface ConnectOptions {
  /** For the connection, the key exchange and the login together. Default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

type ConnectTo<Opened> = (stack: Pick<Stack, "directory">, host: Host, options?: ConnectOptions) => Promise<Opened>;
export type Connect = ConnectTo<Session>;

/** What connecting needs of this computer and its user. */
export interface ConnectWorld {
  /** Asked anew for each connection: an agent of our own may have come. */
  readonly local: () => LocalSsh;
  /** The user's shell. */
  readonly shell: string;
  /** Has an agent of our own hold the next locked key, whose passphrase is asked for. undefined: nobody can be asked. */
  readonly unlock: ((host: SshTarget, credentials: Credentials) => Promise<void>) | undefined;
  readonly become: Become;
  /** For connections through a bastion. */
  readonly gate: Gate;
}

/**
 * Logs in to a host. Only a key that the stack directory's known_hosts pins is accepted, of the host and of the
 * stack's bastion. Every failure is a QuintetError with exit code 3; an abort throws the signal's reason.
 */
export function makeConnect(world: ConnectWorld): ConnectTo<LiveSession> {
  return async ({ directory }, host, options = {}) => {
    const file = join(directory, "known_hosts");
    try {
      const known = await readKnownHosts([file]);
      const name = nameOf(host);
      const accept = (key: Buffer) => judgeHostKey(known, name, key) === "pinned";
      const attempt = (algorithms: HandshakeOptions["algorithms"]) =>
        logIn(host, { knownHosts: [file], algorithms, accept }, options, world).catch((error: unknown) => {
          const key = error instanceof HandshakeError ? error.key : undefined;
          const verdict = key && judgeHostKey(known, name, key);
          if (key === undefined || verdict === undefined || verdict === "pinned") throw error;
          throw hostKeyError(file, host, verdict, key, known);
        });
      const shaken = await attempt(pinnedAlgorithms(known, name)).catch((error: unknown) => {
        // The host has no key of a pinned type any more: ask for any, to tell which one it has now.
        if (String(error).includes("no matching host key format")) return attempt(undefined);
        throw error;
      });
      return sessionOf(host, shaken, world);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw connectError(host, error);
    }
  };
}

/** For a program that has nobody to ask: with this process's own keys and agent. */
export const connect: Connect = makeConnect({
  local: () => ({ home: homedir(), agentSocket: process.env["SSH_AUTH_SOCK"] }),
  shell: process.env["SHELL"] || "/bin/sh",
  unlock: undefined,
  become: withoutPassword,
  gate: makeGate(8),
});

export function sessionOf(host: Host, { ssh, way }: Handshake, { become }: Pick<ConnectWorld, "become">): LiveSession {
  return openSession(host, ssh, { destroy: () => way.destroy(), become });
}

export interface LogInOptions {
  /** The files that pin the key of the stack's bastion. */
  readonly knownHosts: readonly string[];
  readonly algorithms: HandshakeOptions["algorithms"];
  readonly accept: (key: Buffer) => boolean;
}

/** A login, and others with the keys whose passphrases have to be asked for, while nothing was let in. */
export async function logIn(
  host: SshTarget,
  options: LogInOptions,
  { timeoutMs = 10_000, signal }: ConnectOptions,
  world: ConnectWorld,
): Promise<Handshake> {
  signal?.throwIfAborted();
  const attempt = (credentials: Credentials) => {
    const way = {
      knownHosts: options.knownHosts,
      shell: world.shell,
      timeoutMs,
      signal,
      agentSocket: world.local().agentForPrograms,
    };
    const shake = () => shakeHands(host, { ...options, credentials, way });
    return isBehind(host) ? world.gate(shake) : shake();
  };
  for (;;) {
    const credentials = await credentialsFor(host, world.local());
    try {
      if (credentials.agents.length + credentials.keys.length > 0) return await attempt(credentials);
      if (world.unlock === undefined) await refuseLocked(host, credentials);
    } catch (error) {
      if (world.unlock === undefined || credentials.locked.length === 0 || !isRefusedKey(error)) throw error;
    }
    await world.unlock?.(host, credentials);
    signal?.throwIfAborted();
  }
}

/** The key that a target presents, over the way that a login takes. Throws where it presents none. */
export async function captureKey(
  target: SshTarget,
  knownHosts: readonly string[],
  options: ConnectOptions,
  world: ConnectWorld,
): Promise<Buffer> {
  const accept = () => false;
  try {
    if (isBehind(target)) await logIn(target, { knownHosts, algorithms: ALL_ALGORITHMS, accept }, options, world);
    else {
      const { timeoutMs = 10_000, signal } = options;
      const way = { knownHosts, shell: world.shell, timeoutMs, signal, agentSocket: undefined };
      await shakeHands(target, { way, algorithms: ALL_ALGORITHMS, credentials: { agents: [], keys: [] }, accept });
    }
  } catch (error) {
    if (error instanceof HandshakeError && error.key !== undefined) return error.key;
    options.signal?.throwIfAborted();
    throw connectError(target, error);
  }
  throw new Error("a login that was refused by us went on");
}

/** Whether a bastion or another program leads there. */
function isBehind(target: SshTarget): boolean {
  const { route } = target.ssh;
  return bastionOf(target) !== undefined || route?.proxyJump !== undefined || route?.proxyCommand !== undefined;
}

function isRefusedKey(error: unknown): boolean {
  if (!(error instanceof HandshakeError)) return false;
  const { level } = error.cause as { level?: string };
  return level === "client-authentication" || /Permission denied \(/.test(error.wayError ?? "");
}
