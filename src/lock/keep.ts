import { type Claim, type Holder, lineOf } from "./claim.ts";
import type { LockSession } from "./lock-session.ts";
import { EXPIRY_SECONDS, HEARTBEAT_MS } from "./script.ts";
import type { Taken } from "./take.ts";
import type { LockWorld } from "./world.ts";

/** How long a connection may be dead before ssh notices. */
const UNNOTICED_MS = 6_000;

/** So long after a loss is noticed nobody else can have the lock of a host that is out of reach. */
export const RETAKE_MS = EXPIRY_SECONDS * 1000 - HEARTBEAT_MS - UNNOTICED_MS;

const PAUSE_MS = 1_000;

export interface Watcher {
  /** The lock of this host went, and is being taken again. */
  losing(host: string): void;
  retaken(host: string): void;
  /** Whoever works must stop. `why`, or who has it now. */
  lost(host: string, why: Loss): void;
}

export type Loss =
  | { readonly kind: "held"; readonly holder: Holder }
  | { readonly kind: "was held" }
  | { readonly kind: "out of reach"; readonly detail: string };

/** Of a run that breaks hosts itself: whatever time they take to come back, its locks wait for them. */
export const WHENEVER_MS = 2 ** 31 - 1;

/**
 * Gives signs of life on every host, and takes a lock that was lost again, until it is released. `retakeMs`: how long a
 * host may be out of reach.
 */
export function keepLocks(
  taken: Taken,
  claim: Claim,
  world: LockWorld,
  watcher: Watcher,
  retakeMs: number = RETAKE_MS,
): { release(): Promise<void> } {
  const current = new Map(taken);
  let over = false;

  const retake = async (host: string): Promise<void> => {
    watcher.losing(host);
    let since = world.monotonic();
    let detail = "";
    while (!over) {
      const attempt = tryOnce(host, claim, world, () => over);
      const left = Math.max(0, retakeMs - (world.monotonic() - since));
      const bell = new AbortController();
      const tooLate = world.sleep(left, bell.signal).catch(() => undefined);
      const outcome = await Promise.race([attempt, tooLate]).finally(() => bell.abort());
      if (over) return;
      if (outcome === undefined || (outcome.kind === "failed" && left === 0))
        return watcher.lost(host, { kind: "out of reach", detail });
      if (outcome.kind === "taken") {
        current.set(host, outcome.session);
        watch(host, outcome.session);
        return watcher.retaken(host);
      }
      if (outcome.kind === "was held" || outcome.kind === "held") return watcher.lost(host, outcome);
      // While a script of our own is still there, nobody else can have the lock.
      if (outcome.kind === "own") since = world.monotonic();
      else detail = outcome.detail;
      await world.sleep(PAUSE_MS);
    }
  };

  const watch = (host: string, session: LockSession) =>
    void session.ended.then(() => (over ? undefined : retake(host)));
  for (const [host, session] of current) watch(host, session);
  const timer = setInterval(() => {
    for (const session of current.values()) session.beat();
  }, HEARTBEAT_MS);

  return {
    async release() {
      over = true;
      clearInterval(timer);
      await Promise.all([...current.values()].map((session) => session.release()));
    },
  };
}

type Outcome =
  | { readonly kind: "taken"; readonly session: LockSession }
  | { readonly kind: "own" }
  | { readonly kind: "failed"; readonly detail: string }
  | Exclude<Loss, { kind: "out of reach" }>;

async function tryOnce(host: string, claim: Claim, world: LockWorld, over: () => boolean): Promise<Outcome> {
  try {
    const session = await world.reopen(host);
    const answer = await session.take(lineOf(claim));
    if (answer.kind === "held") {
      return answer.holder.claim?.run === claim.run ? { kind: "own" } : { kind: "held", holder: answer.holder };
    }
    if (!over() && !answer.afterAnother) return { kind: "taken", session };
    await session.release();
    return { kind: "was held" };
  } catch (error) {
    return { kind: "failed", detail: error instanceof Error ? error.message : String(error) };
  }
}
