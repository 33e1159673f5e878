import { createServer, type Socket } from "node:net";
import { keysOfAgent } from "./agent-keys.ts";
import {
  askAgent,
  FAILURE,
  framed,
  keyIn,
  mergeIdentities,
  messagesOf,
  REQUEST_IDENTITIES,
  SIGN,
} from "./agent-messages.ts";

/**
 * One agent that has the keys of two: of our own, and of the user's, which keeps its keys to itself. For programs that
 * can be given one agent only, and need a key of each: one for the bastion, say, and one for the hosts.
 */
export async function joinAgents(socketPath: string, own: string, users: string): Promise<{ close(): void }> {
  const clients = new Set<Socket>();
  const answer = async (message: Buffer): Promise<Buffer> => {
    if (message[0] === REQUEST_IDENTITIES) {
      return mergeIdentities(await askAgent(own, message), await askAgent(users, message));
    }
    if (message[0] !== SIGN) return FAILURE;
    const isOurs = (await keysOfAgent(own))?.some((key) => key.equals(keyIn(message))) ?? false;
    return askAgent(isOurs ? own : users, message);
  };
  const server = createServer(async (client) => {
    clients.add(client);
    client.on("error", () => {}).once("close", () => clients.delete(client));
    try {
      for await (const message of messagesOf(client)) client.write(framed(await answer(message)));
    } catch {
      // The client has gone.
    }
    client.destroy();
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(socketPath, resolve));
  // Whoever still waits for it is not kept waiting by it.
  server.unref();
  return {
    close() {
      server.close();
      for (const client of clients) client.destroy();
    },
  };
}
