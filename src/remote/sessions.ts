import type { Host, Stack } from "../stack/stack.ts";
import type { Connect } from "./connect.ts";
import type { Session } from "./session.ts";

/** One SSH connection a host, opened when it is first asked for. */
export interface Sessions {
  /** A host that could not be reached gives the same error each time, until it is forgotten. */
  to(host: string): Promise<Session>;
  /** Closes the connection to a host that died; the next `to` connects anew. */
  forget(host: string): void;
  close(): void;
}

export function makeSessions(stack: Stack, connect: Connect, signal?: AbortSignal): Sessions {
  const open = new Map<string, Promise<Session>>();
  const find = (name: string): Host => {
    const host = stack.hosts.find((one) => one.name === name);
    if (host === undefined) throw new Error(`the stack has no host ${name}`);
    return host;
  };
  const forget = (name: string) => {
    open.get(name)?.then(
      (session) => session.close(),
      () => {},
    );
    open.delete(name);
  };
  return {
    to(name) {
      const session = open.get(name) ?? connect(stack, find(name), signal === undefined ? {} : { signal });
      open.set(name, session);
      return session;
    },
    forget,
    close() {
      for (const name of [...open.keys()]) forget(name);
    },
  };
}
