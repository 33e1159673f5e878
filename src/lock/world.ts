import type { LockSession } from "./lock-session.ts";

/** What taking and keeping locks needs of the world. */
export interface LockWorld {
  /** Starts the lock script on a host. */
  open(host: string): Promise<LockSession>;
  /** The same over a new connection: the old one may be dead. */
  reopen(host: string): Promise<LockSession>;
  /** Milliseconds that only ever grow. */
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
