import type { SshTarget } from "../stack/stack.ts";
import { type Credentials, keyFault, refuseLocked } from "./identity.ts";
import { type OwnAgent, startAgent } from "./own-agent.ts";
import type { Questions } from "./questions.ts";
import { quoteArgv } from "./quote.ts";

/** The keys whose passphrase was asked in this run. */
export interface Keyring {
  /** The socket of the agent that holds them, once there is one. */
  readonly socket: string | undefined;
  unlock(host: SshTarget, credentials: Credentials): Promise<void>;
  close(): Promise<void>;
}

const TRIES = 3;

export function makeKeyring(ask: Questions | undefined, start: () => Promise<OwnAgent> = startAgent): Keyring {
  let agent: Promise<OwnAgent> | undefined;
  let socket: string | undefined;
  /** One question a file, and one at a time. */
  const asked = new Map<string, Promise<boolean>>();
  let queue: Promise<unknown> = Promise.resolve();

  const askFor = async (file: string, secret: Questions["secret"]): Promise<boolean> => {
    agent ??= start();
    const own = await agent;
    socket = own.socket;
    for (let tried = 0; tried < TRIES; tried += 1) {
      const again = tried === 0 ? "" : "That is not it. ";
      const passphrase = await secret(`${again}Passphrase of the SSH key ${file}:`);
      if (await own.add(file, passphrase)) return true;
    }
    return false;
  };

  return {
    get socket() {
      return socket;
    },
    async unlock(host, credentials) {
      if (ask === undefined) return refuseLocked(host, credentials);
      const { secret } = ask;
      for (const file of credentials.locked) {
        const answer = asked.get(file) ?? queue.then(() => askFor(file, secret));
        asked.set(file, answer);
        queue = answer.catch(() => {});
        if (await answer) continue;
        throw keyFault(
          host,
          `The passphrase of the SSH key ${file} was wrong ${TRIES} times.`,
          `Load it into an agent: eval "$(ssh-agent)" && ${quoteArgv(["ssh-add", file])}`,
        );
      }
    },
    async close() {
      await (await agent?.catch(() => undefined))?.close();
    },
  };
}
