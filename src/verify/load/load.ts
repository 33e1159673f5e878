import type { RequestKind } from "../../report/schema.ts";
import type { Slot } from "./mix.ts";

/** One request. Times are milliseconds of this computer's monotonic clock. */
export interface LoadRecord {
  readonly kind: RequestKind;
  /** It was to travel on a connection that is kept. */
  readonly kept: boolean;
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
  /** How often the balancer tried again. */
  readonly retries: number;
  /** Sent again on a new connection, because the kept one turned out to be closed. */
  readonly resent: boolean;
  readonly error: string | undefined;
  /** What a write was to store. */
  readonly id?: string;
}

interface LoadResult {
  /** In the order in which they ended. */
  readonly records: readonly LoadRecord[];
  /** When the first request was due, and the last. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

export interface LoadOptions {
  /** Requests a second, 1 to 1,000. */
  readonly rate: number;
  /** It ends by itself after this long, 3,600,000 at most. */
  readonly maxMs: number;
  /** Sent in turn, over and over. */
  readonly mix: readonly Slot[];
}

export interface Load {
  /** So far; grows while the load runs. */
  readonly records: readonly LoadRecord[];
  readonly startedAt: number;
  /** Sends no more, waits for the answers still out, and returns everything. Rejects if the generator itself broke. */
  stop(): Promise<LoadResult>;
  /** Lets go of everything at once, answers still out too. Never fails; nothing happens once it was stopped. */
  abandon(): Promise<void>;
}

/** A load without bounds is not sent. */
export function refuseUnbounded({ rate, maxMs, mix }: LoadOptions): void {
  if (!(rate >= 1 && rate <= 1_000)) throw new RangeError(`a rate from 1 to 1000, not ${rate}`);
  if (!(maxMs > 0 && maxMs <= 3_600_000)) throw new RangeError(`a length of 3600000 ms at most, not ${maxMs}`);
  if (mix.length === 0) throw new RangeError("a load needs a kind of request");
}

/** Records hold milliseconds of one thread's clock; this is the same on another's. */
export function shifted(record: LoadRecord, ms: number): LoadRecord {
  return { ...record, dueAt: record.dueAt + ms, sentAt: record.sentAt + ms, endedAt: record.endedAt + ms };
}
