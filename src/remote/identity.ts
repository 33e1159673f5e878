import { join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import type { SshTarget } from "../stack/stack.ts";
import { keysOfAgent } from "./agent-keys.ts";
import { type PrivateKey, readPrivateKey } from "./private-key.ts";
import { quoteArgv } from "./quote.ts";

/** Where this computer keeps what ssh logs in with. */
export interface LocalSsh {
  readonly home: string;
  /** SSH_AUTH_SOCK */
  readonly agentSocket: string | undefined;
  /** The agent that holds the keys whose passphrase was asked in this run. */
  readonly ownAgent?: string | undefined;
  /** The files of its keys. */
  readonly unlocked?: ReadonlySet<string>;
  /** SSH_AUTH_SOCK for programs that are started, where it is not the user's own. */
  readonly agentForPrograms?: string | undefined;
}

/** Keys of an agent, in the order to try. */
interface AgentKeys {
  readonly socket: string;
  readonly keys: readonly Buffer[];
}

export interface Credentials {
  readonly agents: readonly AgentKeys[];
  /** Private keys without a passphrase, in the order to try. */
  readonly keys: readonly string[];
  /** Files of keys with a passphrase that no agent holds. */
  readonly locked: readonly string[];
  /** Whether the user's agent answers. */
  readonly hasAgent: boolean;
}

const DEFAULT_KEYS = ["id_ed25519", "id_ecdsa", "id_rsa"];

/**
 * What to log in with, in ssh's order: the agent's keys that are configured, its others where that is allowed, and
 * keys that only files hold. A key that stack.yml names has to be there.
 */
export async function credentialsFor(host: SshTarget, local: LocalSsh): Promise<Credentials> {
  const { identity, route } = host.ssh;
  const defaults = () => DEFAULT_KEYS.map((name) => join(local.home, ".ssh", name));
  const files = [...new Set(route?.identityFiles ?? (identity === undefined ? defaults() : [identity]))];
  const identitiesOnly = route?.identitiesOnly ?? identity !== undefined;
  const socket = route === undefined ? local.agentSocket : route.agentSocket;
  const [found, held, own] = await Promise.all([
    Promise.all(files.map((file) => readIdentity(host, file))),
    keysOfAgent(socket),
    keysOfAgent(local.ownAgent),
  ]);
  const configured = found.flatMap((key) => (key?.publicKey === undefined ? [] : [key.publicKey]));
  const isIn = (list: readonly Buffer[] | undefined, key: Buffer) => list?.some((one) => one.equals(key)) ?? false;
  const wanted = configured.filter((key) => isIn(held, key));
  const others = identitiesOnly ? [] : (held ?? []).filter((key) => !isIn(configured, key));
  const isUnlocked = (file: string) => local.unlocked?.has(file) ?? false;
  // Of some old formats the public half is not known: their key is one of those in our agent.
  const isNameless = found.some((key) => key !== undefined && key.publicKey === undefined && isUnlocked(key.file));
  const unlocked = isNameless ? (own ?? []) : configured.filter((key) => isIn(own, key));
  const agentOf = (socket: string | undefined, keys: readonly Buffer[]): AgentKeys[] =>
    socket === undefined || keys.length === 0 ? [] : [{ socket, keys }];
  const credentials: Credentials = {
    agents: [...agentOf(socket, [...wanted, ...others]), ...agentOf(local.ownAgent, unlocked)],
    keys: found.flatMap((key) => (key?.kind === "plain" ? [key.text] : [])),
    locked: found.flatMap((key) =>
      key?.kind === "locked" && !isUnlocked(key.file) && !(key.publicKey && isIn(wanted, key.publicKey))
        ? [key.file]
        : [],
    ),
    hasAgent: held !== undefined,
  };
  if (credentials.agents.length + credentials.keys.length + credentials.locked.length > 0) return credentials;
  throw keyFault(
    host,
    `There is no SSH key to log in to ${host.name} with.`,
    "Make one (ssh-keygen -t ed25519), load yours into an agent (ssh-add), or set ssh.identity in stack.yml.",
    `looked for: an SSH agent${identitiesOnly ? " with one of these" : ""}, ${files.join(", ")}`,
  );
}

/** For keys with a passphrase that nobody can be asked for. */
export async function refuseLocked(host: SshTarget, { locked, hasAgent }: Credentials): Promise<never> {
  const [file = ""] = locked;
  const add = quoteArgv(["ssh-add", file]);
  throw keyFault(
    host,
    `The SSH key ${file} has a passphrase, and ${hasAgent ? "the SSH agent does not hold it" : "no SSH agent is running"}.`,
    `Load it into ${hasAgent ? `the agent: ${add}` : `an agent: eval "$(ssh-agent)" && ${add}`}`,
  );
}

async function readIdentity(host: SshTarget, file: string): Promise<(PrivateKey & { file: string }) | undefined> {
  const named = file === host.ssh.identity;
  try {
    const key = await readPrivateKey(file);
    if (key !== undefined) return { ...key, file };
  } catch (error) {
    if (!named) return undefined;
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw keyFault(
      host,
      missing ? `The SSH key ${file} does not exist.` : `The SSH key ${file} cannot be read.`,
      "Set ssh.identity in stack.yml to your private key.",
      (error as Error).message,
    );
  }
  if (!named) return undefined;
  throw keyFault(host, `${file} is not a private SSH key.`, "Set ssh.identity in stack.yml to your private key.");
}

export function keyFault(host: SshTarget, message: string, next: string, detail?: string): QuintetError {
  return new QuintetError({
    message,
    exitCode: EXIT.preflight,
    host: host.name,
    step: "read the SSH key",
    ...(detail === undefined ? {} : { detail }),
    next,
  });
}
