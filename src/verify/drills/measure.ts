import { type Measured, REQUEST_KINDS } from "../../report/schema.ts";
import type { LoadRecord } from "../load/load.ts";
import type { Evidence } from "./evidence.ts";
import { heldIn, takenOverAt } from "./held.ts";

/** A request that succeeds after this long is slow: the limit of not losing one's train of thought. */
const SLOW_MS = 1_000;

/**
 * How far the load may fall behind its schedule: more would show in the figures as a fault of the site.
 * At worst by this much, and in one of a hundred requests by the second: a tenth of what makes a request slow.
 */
const BEHIND_LIMIT_MS = 250;
export const BEHIND_P99_MS = SLOW_MS / 10;

/** What the evidence of a drill amounts to. Milliseconds, rounded. */
export function measure(evidence: Evidence): Measured {
  const { records, injectedAt, repairedAt, redundantAt, written } = evidence;
  const failed = records.filter((record) => !record.ok);
  const takeover = takenOverAt(evidence);
  const behind = lateness(records);
  return {
    downtimeMs: Math.round(downtime(evidence)),
    requests: records.length,
    failed: failed.length,
    failedSafe: failed.filter((record) => record.kind !== "write").length,
    retried: records.filter((record) => record.retries > 0).length,
    resent: records.filter((record) => record.resent).length,
    slow: records.filter(isSlow).length,
    kinds: REQUEST_KINDS.flatMap((kind) => {
      const ofKind = records.filter((record) => record.kind === kind);
      if (ofKind.length === 0) return [];
      return {
        kind,
        requests: ofKind.length,
        failed: ofKind.filter((record) => !record.ok).length,
        downtimeMs: Math.round(downtime({ ...evidence, records: ofKind })),
        statuses: countBy(ofKind, (record) => String(record.status ?? "none")),
      };
    }),
    latencyMs: {
      before: percentiles(records.filter((record) => record.endedAt <= injectedAt)),
      during: percentiles(records.filter((record) => record.endedAt > injectedAt && record.dueAt < overAt(evidence))),
      after: percentiles(records.filter((record) => record.dueAt >= overAt(evidence))),
    },
    takeoverMs: takeover === undefined ? null : Math.round(takeover.at - injectedAt),
    redundancyMs: redundantAt === undefined ? null : Math.max(0, Math.round(redundantAt - (repairedAt ?? injectedAt))),
    holders: heldIn(evidence),
    writes:
      written === undefined
        ? null
        : {
            acknowledged: written.acknowledged,
            missing: [...written.missing],
            doubled: [...written.doubled],
            unread: [...written.unread],
          },
    generator: { behindMs: Math.round(behind.max), p99Ms: Math.round(behind.p99), limitMs: BEHIND_LIMIT_MS },
  };
}

/**
 * The longest time in which no user got an answer, once the failure was injected: from the end of one successful
 * request to the end of the next, over all such stretches that end after the injection. The load's own beginning and
 * end count as the ends of the first and last stretch, so a site that never comes back is down until the end. After
 * the last request was due, fewer and fewer answers are to be expected: only the first of them ends a stretch.
 */
export function downtime({
  records,
  injectedAt,
  startedAt,
  finishedAt,
}: Pick<Evidence, "records" | "injectedAt" | "startedAt" | "finishedAt">): number {
  const successes = records.filter((record) => record.ok).map((record) => record.endedAt);
  let longest = 0;
  let last = startedAt;
  for (const end of [...successes, ...(successes.some((at) => at >= finishedAt) ? [] : [finishedAt])].sort(ascending)) {
    if (end > injectedAt) longest = Math.max(longest, end - last);
    if (end >= finishedAt) break;
    last = end;
  }
  return longest;
}

/** How late requests were sent: this computer's fault, not the site's. */
export function lateness(records: readonly LoadRecord[]): { p99: number; max: number } {
  const sorted = records.map((record) => record.sentAt - record.dueAt).sort(ascending);
  return { p99: rank(sorted, 0.99), max: sorted.at(-1) ?? 0 };
}

export function isSlow(record: LoadRecord): boolean {
  return record.ok && latency(record) >= SLOW_MS;
}

/** From when it was due: what a user waited, in a queue of ours or of the site's. */
export function latency(record: LoadRecord): number {
  return record.endedAt - record.dueAt;
}

/** The value below or at which this share of the sorted values lies; 0 of none. */
export function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

export function countBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** When the disturbance was over; where full redundancy never came back, it lasts to the end. */
function overAt({ redundantAt }: Evidence): number {
  return redundantAt ?? Number.POSITIVE_INFINITY;
}

function percentiles(records: readonly LoadRecord[]): Measured["latencyMs"]["before"] {
  const sorted = records
    .filter((record) => record.ok)
    .map(latency)
    .sort(ascending);
  if (sorted.length === 0) return null;
  const at = (share: number) => Math.round(rank(sorted, share));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function ascending(a: number, b: number): number {
  return a - b;
}
