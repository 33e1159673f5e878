import { once } from "node:events";
import { readFile } from "node:fs/promises";
import net from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Config, NodeSSH } from "node-ssh";
import type { Host, Stack } from "../stack/stack.ts";
import { connectError } from "./connect-error.ts";
import { hostKeyError, judgeHostKey, pinnedAlgorithms } from "./host-key.ts";
import { credentialsFor, type LocalSsh } from "./identity.ts";
import { knownHostsName, parseKnownHosts } from "./known-hosts.ts";
import { openSession, type Session } from "./session.ts";

interface ConnectOptions {
  /** For the TCP connection, the key exchange and the login together. Default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Default: this process's home directory and SSH_AUTH_SOCK. */
  readonly local?: LocalSsh;
}

/** ssh2's type for this leaves out the agent's own fields. */
interface AuthMethod {
  type: "agent" | "publickey";
  username: string;
  agent?: string;
  key?: string;
}

export type Connect = (stack: Pick<Stack, "directory">, host: Host, options?: ConnectOptions) => Promise<Session>;

/**
 * Logs in to a host. Only a key that the stack directory's known_hosts pins is accepted.
 * Every failure is a QuintetError with exit code 3; an abort throws the signal's reason.
 */
export const connect: Connect = async (stack, host, options = {}) => {
  options.signal?.throwIfAborted();
  const local = options.local ?? { home: homedir(), agentSocket: process.env["SSH_AUTH_SOCK"] };
  const [known, credentials] = await Promise.all([readKnownHosts(stack.directory), credentialsFor(host, local)]);
  const name = knownHostsName(host.address, host.ssh.port);
  const username = host.ssh.user;
  const methods: AuthMethod[] = [
    ...(credentials.agent === undefined ? [] : [{ type: "agent" as const, username, agent: credentials.agent }]),
    ...credentials.keys.map((key) => ({ type: "publickey" as const, username, key })),
  ];
  const timeoutMs = options.timeoutMs ?? 10_000;
  const config: Config = {
    username,
    readyTimeout: timeoutMs,
    // A host that is gone is noticed within 6 s.
    keepaliveInterval: 1_500,
    keepaliveCountMax: 3,
    authHandler: methods as Exclude<Extract<Config["authHandler"], readonly unknown[]>, readonly string[]>,
  };
  const attempt = async (algorithms: Config["algorithms"]) => {
    options.signal?.throwIfAborted();
    const ssh = new NodeSSH();
    let presented: Buffer | undefined;
    // The socket is ours because ssh2 does not let go of one to a host that died half-way through the goodbye.
    const socket = net.connect({ host: host.address, port: host.ssh.port });
    const stop = () => void socket.destroy();
    options.signal?.addEventListener("abort", stop);
    try {
      await connected(socket, timeoutMs, options.signal);
      await ssh.connect({
        ...config,
        sock: socket,
        ...(algorithms === undefined ? {} : { algorithms }),
        hostVerifier: (key: Buffer) => {
          presented = key;
          return judgeHostKey(known, name, key) === "pinned";
        },
      });
      return { ssh, socket };
    } catch (error) {
      stop();
      options.signal?.throwIfAborted();
      const verdict = presented && judgeHostKey(known, name, presented);
      if (presented === undefined || verdict === undefined || verdict === "pinned") throw error;
      throw hostKeyError(stack.directory, host, verdict, presented, known);
    } finally {
      options.signal?.removeEventListener("abort", stop);
    }
  };
  try {
    const offered = pinnedAlgorithms(known, name);
    const { ssh, socket } = await attempt(offered && { serverHostKey: offered }).catch((error: unknown) => {
      // The host has no key of a pinned type any more: ask for any, to tell which one it has now.
      if (String(error).includes("no matching host key format")) return attempt(undefined);
      throw error;
    });
    return openSession(host, ssh, socket);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw connectError(host, error);
  }
};

async function connected(socket: net.Socket, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
  const late = Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => socket.destroy(late), timeoutMs);
  await once(socket, "connect", signal === undefined ? {} : { signal }).finally(() => clearTimeout(timer));
}

async function readKnownHosts(directory: string) {
  const text = await readFile(join(directory, "known_hosts"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return parseKnownHosts(text);
}
