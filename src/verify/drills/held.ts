import type { HolderSample } from "../holder-samples.ts";
import type { Evidence } from "./evidence.ts";

/** Samples of one machine further apart than this say nothing of the time between them. */
const ALIVE_MS = 250;

type State = "holds" | "lacks" | "unsure";

export interface Held {
  readonly min: number;
  readonly max: number;
  readonly noneMs: number;
  readonly severalMs: number;
}

type Watched = Pick<
  Evidence,
  "samples" | "balancers" | "away" | "startedAt" | "finishedAt" | "injectedAt" | "redundantAt"
>;

/**
 * The fewest and most balancers that held the virtual IP at one moment of the load, and how long none and several did.
 * Two count as two only if both provably held it at once: one was seen with it between two neighbouring samples in which
 * the other had it. None counts as none only if every machine that was alive was between two samples without it. So a
 * hand-over between two samples is neither. A machine that is away gives no samples, and does not hold it.
 */
export function heldIn(evidence: Watched): Held {
  const { startedAt, finishedAt, balancers } = evidence;
  const lines = balancers.map((host) => ({ away: awayIn(evidence, host), samples: samplesOf(evidence, host) }));
  const { injectedAt, redundantAt = finishedAt } = evidence;
  // Between two of these, nothing changes.
  const times = [startedAt, injectedAt, redundantAt, finishedAt, ...evidence.samples.map((sample) => sample.at)]
    .filter((at) => at >= startedAt && at <= finishedAt)
    .sort((a, b) => a - b);
  const count = { min: balancers.length, max: 0 };
  const lasting = { none: 0, several: 0 };
  const cursors = lines.map(() => 0);
  const statesAt = (at: number) =>
    lines.map(({ samples, away }, index) => {
      let cursor = cursors[index] ?? 0;
      while (cursor < samples.length && (samples[cursor]?.at ?? 0) <= at) cursor++;
      cursors[index] = cursor;
      return stateBetween(samples[cursor - 1], samples[cursor], at, away);
    });
  const look = (states: readonly State[]) => {
    const sure = states.filter((state) => state === "holds").length;
    const possible = states.filter((state) => state !== "lacks").length;
    count.max = Math.max(count.max, sure);
    count.min = Math.min(count.min, possible);
    return { none: possible === 0, several: sure > 1 };
  };
  for (const [index, at] of times.entries()) {
    look(statesAt(at));
    const next = times[index + 1];
    if (next === undefined || next === at) continue;
    const { none, several } = look(statesAt((at + next) / 2));
    if (none) lasting.none += next - at;
    if (several) lasting.several += next - at;
  }
  return { ...count, noneMs: Math.round(lasting.none), severalMs: Math.round(lasting.several) };
}

function stateBetween(
  before: HolderSample | undefined,
  after: HolderSample | undefined,
  at: number,
  away: (at: number) => boolean,
): State {
  if (before?.at === at) return before.holds ? "holds" : "lacks";
  if (before === undefined || after === undefined || after.at - before.at > ALIVE_MS) {
    return away(at) ? "lacks" : "unsure";
  }
  if (before.holds !== after.holds) return "unsure";
  return before.holds ? "holds" : "lacks";
}

/** When each balancer held the virtual IP, on the clock of the samples. */
export function holdings(
  evidence: Pick<Evidence, "samples" | "balancers">,
): { host: string; from: number; to: number }[] {
  return evidence.balancers.flatMap((host) => {
    const found: { host: string; from: number; to: number }[] = [];
    let last: HolderSample | undefined;
    for (const sample of samplesOf(evidence, host)) {
      const current = found.at(-1);
      const goesOn = last?.holds && sample.at - last.at <= ALIVE_MS;
      if (sample.holds && goesOn && current !== undefined) current.to = sample.at;
      else if (sample.holds) found.push({ host, from: sample.at, to: sample.at });
      last = sample;
    }
    return found;
  });
}

/** When a balancer that did not hold the virtual IP at the injection was first seen with it. */
export function takenOverAt({
  samples,
  injectedAt,
}: Pick<Evidence, "samples" | "injectedAt">): { host: string; at: number } | undefined {
  const sorted = samples.toSorted((a, b) => a.at - b.at);
  const before = new Map<string, boolean>();
  for (const { host, at, holds } of sorted) if (at < injectedAt) before.set(host, holds);
  return sorted.find(({ host, at, holds }) => at >= injectedAt && holds && !before.get(host));
}

/** The longest time in which each balancer that was alive gave no sample. */
export function longestSilences(evidence: Watched): { host: string; ms: number }[] {
  const { startedAt, finishedAt } = evidence;
  return evidence.balancers.map((host) => {
    const times = samplesOf(evidence, host).map((sample) => sample.at);
    const before = times.findLast((at) => at <= startedAt) ?? startedAt;
    const after = times.find((at) => at >= finishedAt) ?? finishedAt;
    const ends = [before, ...times.filter((at) => at > startedAt && at < finishedAt), after];
    let longest = 0;
    for (const [index, end] of ends.entries()) {
      const begin = ends[index - 1] ?? end;
      const excused = evidence.away.some((one) => one.host === host && end > one.from && begin < one.to);
      if (!excused) longest = Math.max(longest, end - begin);
    }
    return { host, ms: Math.round(longest) };
  });
}

function samplesOf({ samples }: Pick<Evidence, "samples">, host: string): HolderSample[] {
  return samples.filter((sample) => sample.host === host).sort((a, b) => a.at - b.at);
}

function awayIn({ away }: Watched, host: string): (at: number) => boolean {
  const own = away.filter((one) => one.host === host);
  return (at) => own.some(({ from, to }) => at >= from && at <= to);
}
