import type { LoadRecord } from "../load/load.ts";
import type { DrillReport } from "../../report/schema.ts";
import type { HolderSample } from "../holder-samples.ts";

/** Samples of one machine further apart than this say nothing of the time between them: it was off, or frozen. */
const ALIVE_MS = 250;

export interface Evidence {
  /** Every request of the load. */
  readonly records: readonly LoadRecord[];
  readonly samples: readonly HolderSample[];
  /** When the power was cut: the moment just before the switch was used. */
  readonly injectedAt: number;
  /** When the load began and ended. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** The balancer that lost its power. */
  readonly victim: string;
}

export type Measured = NonNullable<DrillReport["measured"]>;

/** What the evidence of a drill amounts to. Milliseconds, rounded. */
export function measure(evidence: Evidence): Measured {
  const { records, samples, injectedAt, finishedAt, victim } = evidence;
  const takeover = samples
    .filter(({ host, at, holds }) => host !== victim && holds && at >= injectedAt)
    .reduce((first, { at }) => Math.min(first, at), Infinity);
  return {
    downtimeMs: Math.round(downtime(evidence)),
    requests: records.length,
    failedRequests: records.filter((record) => !record.ok).length,
    takeoverMs: Number.isFinite(takeover) ? Math.round(takeover - injectedAt) : null,
    vipHolders: holderRange(samples, injectedAt, finishedAt),
  };
}

/**
 * The longest time in which no user got an answer, once the failure was injected: from the end of one successful
 * request to the end of the next, over all such stretches that end after the injection. The load's own beginning
 * and end count as the ends of the first and last stretch, so a site that never comes back is down until the end.
 */
export function downtime({ records, injectedAt, startedAt, finishedAt }: Omit<Evidence, "samples" | "victim">): number {
  const successes = records.filter((record) => record.ok).map((record) => record.endedAt);
  const ends = [startedAt, ...successes, finishedAt].sort((a, b) => a - b);
  let longest = 0;
  for (const [index, end] of ends.entries()) {
    if (end > injectedAt) longest = Math.max(longest, end - (ends[index - 1] ?? end));
  }
  return longest;
}

/**
 * The fewest and most balancers that held the virtual IP at one moment from `from` to `to`. Two count as two only if both provably held it at
 * once: one was seen with it between two neighbouring samples in which the other had it. None counts as none only if
 * every machine that was alive was between two samples without it. So a hand-over between two samples is neither.
 */
export function holderRange(samples: readonly HolderSample[], from: number, to: number): { min: number; max: number } {
  const hosts = [...new Set(samples.map((sample) => sample.host))];
  const timelines = hosts.map((host) => samples.filter((sample) => sample.host === host).sort((a, b) => a.at - b.at));
  let min = hosts.length;
  let max = 0;
  for (const { at } of samples) {
    if (at < from || at > to) continue;
    const states = timelines.map((timeline) => stateAt(timeline, at));
    max = Math.max(max, states.filter((state) => state === "holds").length);
    min = Math.min(min, states.filter((state) => state === "holds" || state === "unsure").length);
  }
  return { min, max };
}

function stateAt(timeline: readonly HolderSample[], at: number): "holds" | "lacks" | "unsure" | "dead" {
  const before = timeline.findLast((sample) => sample.at <= at);
  const after = timeline.find((sample) => sample.at >= at);
  if (before?.at === at) return before.holds ? "holds" : "lacks";
  if (before === undefined || after === undefined || after.at - before.at > ALIVE_MS) return "dead";
  if (before.holds !== after.holds) return "unsure";
  return before.holds ? "holds" : "lacks";
}

export const OBJECTIVE = { downtimeMs: 1_500, maxHolders: 1 } as const;

/** Why the objective was not reached, in words; empty: it was. */
export function shortfalls(measured: Measured): string[] {
  const { downtimeMs, takeoverMs, vipHolders } = measured;
  return [
    ...(downtimeMs > OBJECTIVE.downtimeMs ? [`no answer for ${downtimeMs} ms, ${OBJECTIVE.downtimeMs} at most`] : []),
    ...(takeoverMs === null ? ["the other balancer never took the virtual IP"] : []),
    ...(vipHolders.max > OBJECTIVE.maxHolders ? [`${vipHolders.max} balancers held the virtual IP at once`] : []),
  ];
}
