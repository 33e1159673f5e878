import type { Clock } from "../clock.ts";
import type { Answer } from "../site.ts";

/** One kind of request, named in the records. */
export interface LoadKind {
  readonly name: string;
  readonly send: () => Promise<Answer>;
}

/** One request. Times are milliseconds of the clock's monotonic time. */
export interface LoadRecord {
  readonly kind: string;
  /** When the fixed rate wanted it sent; latency counts from here, so waiting in our own queue is not hidden. */
  readonly dueAt: number;
  readonly sentAt: number;
  readonly endedAt: number;
  /** undefined: no whole answer came. */
  readonly status: number | undefined;
  /** A 2xx answer. */
  readonly ok: boolean;
  readonly servedBy: string | undefined;
  readonly balancer: string | undefined;
  readonly error: string | undefined;
}

export interface LoadResult {
  /** In the order in which they ended. */
  readonly records: readonly LoadRecord[];
  /** How far the generator fell behind its own schedule at worst. */
  readonly maxLatenessMs: number;
}

export interface LoadOptions {
  /** Requests a second, 1 to 1,000. */
  readonly rate: number;
  /** It ends by itself after this long, 600,000 at most. */
  readonly maxMs: number;
  /** Sent in turn, over and over. */
  readonly kinds: readonly LoadKind[];
  readonly clock: Clock;
}

export interface Load {
  /** So far; grows while the load runs. */
  readonly records: readonly LoadRecord[];
  /** Sends no more, waits for the answers still out, and returns everything. */
  stop(): Promise<LoadResult>;
}

/**
 * An open loop: requests are sent at a fixed rate whether or not earlier ones were answered, as users do.
 * A stalled site therefore shows as many late or failed requests, not as one.
 */
export function startLoad({ rate, maxMs, kinds, clock }: LoadOptions): Load {
  if (!(rate >= 1 && rate <= 1_000)) throw new RangeError(`a rate from 1 to 1000, not ${rate}`);
  if (!(maxMs > 0 && maxMs <= 600_000)) throw new RangeError(`a length of 600000 ms at most, not ${maxMs}`);
  if (kinds.length === 0) throw new RangeError("a load needs a kind of request");
  const start = clock.monotonic();
  const total = Math.ceil((rate * maxMs) / 1_000);
  const records: LoadRecord[] = [];
  const out = new Set<Promise<void>>();
  let next = 0;
  let maxLatenessMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const send = async (kind: LoadKind, dueAt: number) => {
    const sentAt = clock.monotonic();
    maxLatenessMs = Math.max(maxLatenessMs, sentAt - dueAt);
    const { status, servedBy, balancer, error } = await kind.send().then(
      (answer) => ({ ...answer, error: undefined }),
      (reason: Error) => ({ status: undefined, servedBy: undefined, balancer: undefined, error: reason.message }),
    );
    const ok = status !== undefined && status >= 200 && status <= 299;
    const endedAt = clock.monotonic();
    records.push({ kind: kind.name, dueAt, sentAt, endedAt, status, ok, servedBy, balancer, error });
  };

  const tick = () => {
    for (; next < total; next++) {
      const dueAt = start + (next * 1_000) / rate;
      const wait = dueAt - clock.monotonic();
      if (wait > 0) {
        timer = setTimeout(tick, wait);
        return;
      }
      const kind = kinds[next % kinds.length];
      if (kind === undefined) return;
      const sending = send(kind, dueAt);
      out.add(sending);
      sending.finally(() => out.delete(sending));
    }
  };
  tick();

  return {
    records,
    async stop() {
      clearTimeout(timer);
      next = total;
      await Promise.all(out);
      return { records, maxLatenessMs };
    },
  };
}
