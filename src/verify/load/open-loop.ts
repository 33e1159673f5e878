import { randomUUID } from "node:crypto";
import { type Load, type LoadOptions, type LoadRecord, refuseUnbounded } from "./load.ts";
import type { Slot } from "./mix.ts";

/** What came of a request that was sent. */
export interface Sent {
  readonly answer: {
    readonly status: number;
    readonly servedBy: string | undefined;
    readonly balancer: string | undefined;
    readonly retries: number;
  };
  readonly resent: boolean;
}

/** Sends one request and waits for its whole answer; rejects where none came. */
export type Send = (slot: Slot, id: string | undefined) => Promise<Sent>;

interface World {
  readonly send: Send;
  readonly now: () => number;
  /** Gets each record as its request ends. */
  readonly tell?: (record: LoadRecord) => void;
}

/**
 * An open loop: requests are sent at a fixed rate whether or not earlier ones were answered, as users do. A stalled site
 * therefore shows as many late or failed requests, not as one. A request is never skipped: after a delay of our own, all
 * that are due are sent at once, each with the time at which it was due.
 */
export function startOpenLoop(options: LoadOptions, { send, now, tell = () => {} }: World): Load {
  refuseUnbounded(options);
  const { rate, maxMs, mix } = options;
  const startedAt = now();
  const total = Math.ceil((rate * maxMs) / 1_000);
  const records: LoadRecord[] = [];
  const out = new Set<Promise<void>>();
  let next = 0;
  let finishedAt = startedAt;
  let abandoned = false;
  let timer: NodeJS.Timeout | undefined;

  const request = async (slot: Slot, dueAt: number) => {
    const id = slot.kind === "write" ? randomUUID() : undefined;
    const sentAt = now();
    const outcome = await send(slot, id).then(
      ({ answer, resent }) => ({ ...answer, resent, error: undefined }),
      (reason: Error) => ({ ...NO_ANSWER, error: reason.message }),
    );
    if (abandoned) return;
    const { status, servedBy, balancer, retries, resent, error } = outcome;
    const record: LoadRecord = {
      kind: slot.kind,
      kept: slot.connection !== "new",
      ...{ dueAt, sentAt, endedAt: now() },
      ...{ status, ok: status !== undefined && status >= 200 && status <= 299 },
      ...{ servedBy, balancer, retries, resent, error },
      ...(id === undefined ? {} : { id }),
    };
    records.push(record);
    tell(record);
  };

  const tick = () => {
    for (; next < total; next++) {
      const dueAt = startedAt + (next * 1_000) / rate;
      const wait = dueAt - now();
      if (wait > 0) {
        timer = setTimeout(tick, wait);
        return;
      }
      const slot = mix[next % mix.length];
      if (slot === undefined) return;
      finishedAt = dueAt;
      const sending = request(slot, dueAt);
      out.add(sending);
      sending.finally(() => out.delete(sending));
    }
  };
  tick();

  const end = () => {
    clearTimeout(timer);
    next = total;
  };
  return {
    records,
    startedAt,
    async stop() {
      end();
      await Promise.all(out);
      return { records, startedAt, finishedAt };
    },
    async abandon() {
      abandoned = true;
      end();
    },
  };
}

const NO_ANSWER = { status: undefined, servedBy: undefined, balancer: undefined, retries: 0, resent: false } as const;
