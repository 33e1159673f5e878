import type { SshTarget } from "../stack/stack.ts";
import { keysOfAgent } from "./agent-keys.ts";
import { type Credentials, keyFault } from "./identity.ts";
import { joinAgents } from "./joined-agent.ts";
import { type OwnAgent, startAgent } from "./own-agent.ts";
import type { Questions } from "./questions.ts";
import { quoteArgv } from "./quote.ts";

/** The keys whose passphrase was asked in this run. */
export interface Keyring {
  /** The socket of the agent that holds them, once there is one. */
  readonly socket: string | undefined;
  /** The same, with the keys of the user's own agent, where there is one, too: for programs that are started. */
  readonly socketForPrograms: string | undefined;
  /** Their files. */
  readonly unlocked: ReadonlySet<string>;
  /** Asks for the passphrase of the first locked key. */
  unlock(host: SshTarget, credentials: Credentials): Promise<void>;
  close(): Promise<void>;
}

const TRIES = 3;

export function makeKeyring({ secret }: Questions, usersAgent: string | undefined): Keyring {
  let agent: Promise<OwnAgent> | undefined;
  let socket: string | undefined;
  let socketForPrograms: string | undefined;
  const unlocked = new Set<string>();
  let joined: { close(): void } | undefined;
  /** One question a file, and one at a time. */
  const asked = new Map<string, Promise<boolean>>();
  let queue: Promise<unknown> = Promise.resolve();

  const begin = async (): Promise<OwnAgent> => {
    const own = await startAgent();
    socket = own.socket;
    socketForPrograms = own.socket;
    if (usersAgent !== undefined && (await keysOfAgent(usersAgent)) !== undefined) {
      socketForPrograms = `${own.socket}.joined`;
      joined = await joinAgents(socketForPrograms, own.socket, usersAgent);
    }
    return own;
  };
  const askFor = async (file: string): Promise<boolean> => {
    agent ??= begin();
    const own = await agent;
    for (let tried = 0; tried < TRIES; tried += 1) {
      const again = tried === 0 ? "" : "That is not it. ";
      const passphrase = await secret(`${again}Passphrase of the SSH key ${file}:`);
      if (!(await own.add(file, passphrase))) continue;
      unlocked.add(file);
      return true;
    }
    return false;
  };

  return {
    unlocked,
    get socket() {
      return socket;
    },
    get socketForPrograms() {
      return socketForPrograms;
    },
    async unlock(host, { locked: [file = ""] }) {
      const answer = asked.get(file) ?? queue.then(() => askFor(file));
      asked.set(file, answer);
      queue = answer.catch(() => {});
      if (await answer) return;
      throw keyFault(
        host,
        `The passphrase of the SSH key ${file} was wrong ${TRIES} times.`,
        `Load it into an agent: eval "$(ssh-agent)" && ${quoteArgv(["ssh-add", file])}`,
      );
    },
    async close() {
      joined?.close();
      await (await agent?.catch(() => undefined))?.close();
    },
  };
}
