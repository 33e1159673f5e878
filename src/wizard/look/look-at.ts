import { quickFacts } from "../../preflight/facts.ts";
import type { Login } from "../../remote/login.ts";
import type { LookAt } from "./looks.ts";

/** A host that does not answer is told of while the user still types the next address. */
const TIMEOUT_MS = 8_000;

/** Logs in with a key of the user's and runs one short command. */
export function createLookAt({ login, directory }: { readonly login: Login; readonly directory: string }): LookAt {
  return async (host, signal) => {
    const session = await login.connect({ directory }, host, { timeoutMs: TIMEOUT_MS, signal });
    return { session, facts: await quickFacts(session, signal), newKey: undefined };
  };
}
