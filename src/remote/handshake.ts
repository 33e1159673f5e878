import { type Config, NodeSSH } from "node-ssh";
import type { SshTarget } from "../stack/stack.ts";
import { ChosenKeys } from "./agent-keys.ts";
import type { HostKeyAlgorithm } from "./host-key.ts";
import type { Credentials } from "./identity.ts";
import { type OpenWayOptions, openWay, type Way } from "./way.ts";

export interface HandshakeOptions {
  readonly way: OpenWayOptions;
  readonly algorithms: readonly HostKeyAlgorithm[] | undefined;
  readonly credentials: Pick<Credentials, "agents" | "keys">;
  /** Whether to go on with the host that presented this key. */
  readonly accept: (key: Buffer) => boolean;
}

export interface Handshake {
  readonly ssh: NodeSSH;
  readonly way: Way;
  readonly key: Buffer;
}

/** A failed handshake: what ssh2 said, and what it is to be understood with. */
export class HandshakeError extends Error {
  /** The key that the host presented, where it came so far. */
  readonly key: Buffer | undefined;
  /** What the program that leads to the host said, where there is one. */
  readonly wayError: string | undefined;

  constructor(cause: unknown, key: Buffer | undefined, wayError: string | undefined) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.key = key;
    this.wayError = wayError;
  }
}

/** One connection: the way to the target, its key, the login. Throws HandshakeError, or the signal's reason. */
export async function shakeHands(target: SshTarget, options: HandshakeOptions): Promise<Handshake> {
  const { timeoutMs, signal } = options.way;
  signal?.throwIfAborted();
  let key: Buffer | undefined;
  let way: Way | undefined;
  const stop = () => way?.destroy();
  signal?.addEventListener("abort", stop);
  try {
    way = await openWay(target, options.way);
    signal?.throwIfAborted();
    const ssh = new NodeSSH();
    const config: Config = {
      sock: way.stream,
      username: target.ssh.user,
      readyTimeout: timeoutMs,
      // A host that is gone is noticed within 6 s.
      keepaliveInterval: 1_500,
      keepaliveCountMax: 3,
      authHandler: authMethods(target.ssh.user, options.credentials),
      ...(options.algorithms === undefined ? {} : { algorithms: { serverHostKey: [...options.algorithms] } }),
      hostVerifier: (presented: Buffer) => {
        key = presented;
        return options.accept(presented);
      },
    };
    await ssh.connect(config);
    if (key === undefined) throw new Error("the host presented no key");
    return { ssh, way, key };
  } catch (error) {
    signal?.throwIfAborted();
    // Once the host has presented a key, the way to it was good.
    const wayError = key === undefined ? await way?.said() : undefined;
    stop();
    throw new HandshakeError(error, key, wayError);
  } finally {
    signal?.removeEventListener("abort", stop);
    if (signal?.aborted) stop();
  }
}

type AuthMethods = Exclude<Extract<Config["authHandler"], readonly unknown[]>, readonly string[]>;

function authMethods(username: string, { agents, keys }: HandshakeOptions["credentials"]): AuthMethods {
  return [
    ...agents.map((one) => ({ type: "agent" as const, username, agent: new ChosenKeys(one.socket, one.keys) })),
    ...keys.map((key) => ({ type: "publickey" as const, username, key })),
  ] as AuthMethods;
}
