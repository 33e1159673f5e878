import { quickFacts } from "../../preflight/facts.ts";
import { makeGate } from "../../remote/gate.ts";
import type { Login } from "../../remote/login.ts";
import type { LookAt, SeenKey } from "./looks.ts";

/** A host that does not answer is told of while the user still types the next addresses. */
const TIMEOUT_MS = 8_000;
/** A pasted inventory may name hundreds of hosts. */
const AT_ONCE = 16;

interface LookWorld {
  readonly login: Pick<Login, "meet">;
  /** The stack directory by now: it may pin keys already. */
  readonly directory: () => string;
}

/** Logs in with a key of the user's, asking nobody, and runs one short command. */
export function createLookAt({ login, directory }: LookWorld): LookAt {
  const gate = makeGate(AT_ONCE);
  const look: LookAt = async (host, signal) => {
    signal.throwIfAborted();
    const { session, key, bastions } = await login.meet(directory(), host, { timeoutMs: TIMEOUT_MS, signal });
    try {
      const onTheWay = bastions.flatMap(({ host: bastion, trusted, keys, lines }): SeenKey[] =>
        keys.map(({ type, fingerprint }) => ({ name: bastion.name, type, fingerprint, line: lines, known: trusted })),
      );
      return { session, facts: await quickFacts(session, signal), keys: [...onTheWay, { name: host.name, ...key }] };
    } catch (error) {
      session.close();
      throw error;
    }
  };
  return (host, signal) => gate(() => look(host, signal));
}
