import ssh2 from "ssh2";

/** The public keys that an agent holds, in its order. undefined: no agent answers there. */
export async function keysOfAgent(socket: string | undefined): Promise<Buffer[] | undefined> {
  // An agent that has gone leaves its socket's name behind.
  if (socket === undefined || socket === "") return undefined;
  const agent = ssh2.createAgent(socket);
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => resolve(error || !keys ? undefined : keys.flatMap(publicKeyOf)));
  });
}

/** An agent of which only these keys are used, in this order: a server lets us try only a few. */
export class ChosenKeys extends ssh2.BaseAgent<ssh2.ParsedKey> {
  readonly #agent: ssh2.BaseAgent;
  readonly #chosen: readonly Buffer[];

  constructor(socket: string, chosen: readonly Buffer[]) {
    super();
    this.#agent = ssh2.createAgent(socket);
    this.#chosen = chosen;
  }

  override getIdentities(callback: (error?: Error | null, keys?: ssh2.ParsedKey[]) => void): void {
    this.#agent.getIdentities((error, found) => {
      if (error) return callback(error);
      const keys = (found ?? []) as ssh2.ParsedKey[];
      callback(
        null,
        this.#chosen.flatMap((key) => keys.find((one) => publicKeyOf(one)[0]?.equals(key)) ?? []),
      );
    });
  }

  override sign(
    key: ssh2.ParsedKey,
    data: Buffer,
    options: ssh2.SigningRequestOptions | ssh2.SignCallback,
    callback?: ssh2.SignCallback,
  ): void {
    if (typeof options === "function") this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, callback);
  }
}

/** Agents may hold keys of kinds that ssh2 does not know. */
function publicKeyOf(key: unknown): Buffer[] {
  const parsed = ssh2.utils.parseKey(key as Buffer);
  const one = Array.isArray(parsed) ? parsed[0] : parsed;
  return one === undefined || one instanceof Error ? [] : [one.getPublicSSH()];
}
