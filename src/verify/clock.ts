import { setTimeout as sleep } from "node:timers/promises";

export interface Clock {
  /** The time of day, for reports. */
  now(): Date;
  /** Milliseconds that only ever grow, for measuring. */
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};
