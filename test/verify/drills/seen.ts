import type { Evidence } from "../../../src/verify/drills/evidence.ts";
import type { HolderSample } from "../../../src/verify/holder-samples.ts";
import type { LoadRecord } from "../../../src/verify/load/load.ts";

/** A request that took 5 ms; as the change says otherwise. */
export function request(endedAt: number, change: Partial<LoadRecord> = {}): LoadRecord {
  const dueAt = change.dueAt ?? endedAt - 5;
  const ok = change.ok ?? true;
  return {
    ...{ kind: "static", kept: false, dueAt, sentAt: dueAt, endedAt, ok },
    ...{ status: ok ? 200 : undefined, servedBy: undefined, balancer: undefined },
    ...{ retries: 0, resent: false, error: ok ? undefined : "reset" },
    ...change,
  };
}

export function every(step: number, from: number, to: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

export function samples(host: string, times: readonly number[], holds: boolean): HolderSample[] {
  return times.map((at) => ({ host, at, holds }));
}

/** lb1 holds the virtual IP all through, a request every 10 ms succeeds, and something that nobody felt is done at 1,000. */
export function evidence(change: Partial<Evidence> = {}): Evidence {
  return {
    records: every(10, 10, 3000).map((at) => request(at)),
    samples: [...samples("lb1", every(50, 0, 3000), true), ...samples("lb2", every(50, 0, 3000), false)],
    startedOn: new Date("2026-01-02T03:04:05Z"),
    ...{ startedAt: 0, injectedAt: 1005, repairedAt: 2000, redundantAt: 2500, finishedAt: 2995 },
    ...{ hosts: [], away: [], balancers: ["lb1", "lb2"], written: undefined, seen: [] },
    ...change,
  };
}

/** lb1 loses its power at 1,005: lb2 takes over 655 ms later, one request fails, one waits. */
export function powerLoss(change: Partial<Evidence> = {}): Evidence {
  return evidence({
    records: [
      ...[...every(10, 10, 1000), ...every(10, 1650, 3000)].map((at) => request(at)),
      request(1200, { ok: false, kind: "write" }),
      request(2110, { dueAt: 1100, retries: 1, kind: "read", resent: true }),
    ],
    samples: [
      ...samples("lb1", [...every(50, 0, 1000), ...every(50, 2200, 3000)], true).map((sample) => ({
        ...sample,
        holds: sample.at <= 1000,
      })),
      ...samples("lb2", every(50, 10, 1610), false),
      ...samples("lb2", every(50, 1660, 3010), true),
    ],
    hosts: ["lb1"],
    away: [{ host: "lb1", from: 1005, to: 2500 }],
    ...change,
  });
}
