import type { Measured, Objective } from "../../report/schema.ts";
import type { Evidence } from "./evidence.ts";
import { longestSilences } from "./held.ts";
import { BEHIND_P99_MS } from "./measure.ts";

/** A balancer that is alive and says nothing of the virtual IP for longer than this, or an advert, leaves the drill unproven. */
const SILENCE_LIMIT_MS = 250;

/** Errors by which this computer says that it, not the site, has no more to give. */
const EXHAUSTED = /\b(EMFILE|ENFILE|EADDRNOTAVAIL|ENOBUFS|ENOMEM)\b/;

export interface Expected {
  /** The other balancer is to take the virtual IP. */
  readonly takeover: boolean;
  /** How closely the stack itself looks at who holds the virtual IP. */
  readonly advertMs: number;
}

/** Why the drill did not pass, in words; empty: it did. */
export function shortfalls(
  evidence: Evidence,
  measured: Measured,
  objective: Objective,
  { takeover, advertMs }: Expected,
): string[] {
  return [
    ...unproven(evidence, measured, Math.max(SILENCE_LIMIT_MS, advertMs)),
    ...lostWrites(measured),
    ...missed(measured, objective),
    ...(takeover && measured.takeoverMs === null ? ["the other balancer never took the virtual IP"] : []),
    ...(measured.redundancyMs === null ? ["not back to full redundancy within the limit"] : []),
  ];
}

/** What keeps the figures from meaning anything, whatever the objective is. */
function unproven(evidence: Evidence, { generator, requests }: Measured, silenceMs: number): string[] {
  const { records, injectedAt, repairedAt, redundantAt, finishedAt, balancers, samples } = evidence;
  const before = records.filter((record) => record.endedAt <= injectedAt);
  const early = before.filter((record) => !record.ok);
  const first = early[0]?.error ?? `${early[0]?.kind} answered ${early[0]?.status}`;
  const exhausted = records.find((record) => EXHAUSTED.test(record.error ?? ""));
  const unseen = balancers.filter((host) => !samples.some((sample) => sample.host === host));
  const silent = longestSilences(evidence).filter(({ host, ms }) => ms > silenceMs && !unseen.includes(host));
  return [
    ...(requests === 0 || before.length === 0 ? ["no request was answered before anything was broken"] : []),
    ...(early.length > 0 ? [`${countOf(early.length, "request")} failed before anything was broken: ${first}`] : []),
    ...(finishedAt < (redundantAt ?? repairedAt ?? injectedAt) ? ["the load ended before the drill did"] : []),
    ...(generator.behindMs > generator.limitMs
      ? [`the load fell behind by ${generator.behindMs} ms, ${generator.limitMs} at most: this computer was too busy`]
      : generator.p99Ms > BEHIND_P99_MS
        ? [
            `one in 100 requests was sent ${generator.p99Ms} ms late or more, ${BEHIND_P99_MS} at most: this computer was too busy`,
          ]
        : []),
    ...(exhausted === undefined ? [] : [`this computer could make no more connections: ${exhausted.error}`]),
    ...unseen.map((host) => `${host} gave no samples of the virtual IP`),
    ...silent.map(({ host, ms }) => `${host} gave no samples of the virtual IP for ${ms} ms, though it was not away`),
  ];
}

function lostWrites({ writes }: Measured): string[] {
  if (writes === null) return [];
  const { missing, doubled, unread } = writes;
  const some = (ids: readonly string[], what: string) =>
    ids.length === 0 ? [] : [`${countOf(ids.length, "acknowledged write")} ${what}: ${listed(ids)}`];
  return [
    ...some(missing, "missing"),
    ...some(doubled, "stored more than once"),
    ...some(unread, "could not be read back"),
  ];
}

function missed({ downtimeMs, failedSafe, holders }: Measured, objective: Objective): string[] {
  const most = objective.downtimeMs ?? Number.POSITIVE_INFINITY;
  const safe = objective.failedSafe ?? Number.POSITIVE_INFINITY;
  const several = holders.severalMs > 0 ? `, for ${holders.severalMs} ms` : "";
  return [
    ...(downtimeMs > most ? [`no answer for ${downtimeMs} ms, ${most} at most`] : []),
    ...(failedSafe > safe ? [`${countOf(failedSafe, "request")} that only read failed, ${safe} at most`] : []),
    ...(holders.max > objective.maxHolders ? [`${holders.max} balancers held the virtual IP at once${several}`] : []),
  ];
}

function countOf(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

function listed(ids: readonly string[]): string {
  return ids.length > 3 ? `${ids.slice(0, 3).join(", ")} and ${ids.length - 3} more` : ids.join(", ");
}
