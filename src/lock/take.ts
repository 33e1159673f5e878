import type { Holder } from "./claim.ts";
import type { LockSession } from "./lock-session.ts";
import type { LockWorld } from "./world.ts";

export type Taken = ReadonlyMap<string, LockSession>;

/** The first host whose lock somebody else has. */
export interface Refusal {
  readonly host: string;
  readonly holder: Holder;
}

/** A host's lock could be neither taken nor refused. */
export class LockFailure extends Error {
  readonly host: string;

  constructor(host: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.host = host;
  }
}

/**
 * Takes the locks of all these hosts or of none. The scripts start side by side, but ask one after another in the order
 * of the names, which is the same for everybody: of two runs that want the same hosts one always gets them all.
 */
export async function takeAll(
  hosts: readonly string[],
  line: string,
  world: Pick<LockWorld, "open">,
  signal: AbortSignal,
): Promise<Taken | Refusal> {
  const inOrder = hosts.toSorted();
  const opened = inOrder.map((host) => ({ host, session: world.open(host) }));
  for (const { session } of opened) session.catch(() => {});
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  const taken = new Map<string, LockSession>();
  try {
    for (const { host, session } of opened) {
      const asked = session.then(async (own) => {
        const answer = await own.take(line);
        return { own, answer };
      });
      const { own, answer } = await Promise.race([asked, aborted.promise]).catch((cause: unknown) => {
        signal.throwIfAborted();
        throw new LockFailure(host, cause);
      });
      if (answer.kind === "held") {
        await letGo(opened);
        return { host, holder: answer.holder };
      }
      taken.set(host, own);
    }
    return taken;
  } catch (error) {
    await letGo(opened);
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Hosts that cannot be reached have nothing to let go of. */
async function letGo(opened: readonly { session: Promise<LockSession> }[]): Promise<void> {
  await Promise.all(
    opened.map(({ session }) =>
      session.then(
        (own) => own.release(),
        () => {},
      ),
    ),
  );
}
