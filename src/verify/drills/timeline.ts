import type { Mark, Timeline } from "../../report/schema.ts";
import type { LoadRecord } from "../load/load.ts";
import type { Evidence } from "./evidence.ts";
import { holdings, takenOverAt } from "./held.ts";
import { countBy, isSlow, latency, rank } from "./measure.ts";

const STEP_MS = 250;
/** A long drill has longer steps, not more of them: the report holds a timeline for every drill. */
const MOST_POINTS = 400;

/** A drill as a row of short steps, for a chart. Milliseconds since the load began, rounded. */
export function timelineOf(evidence: Evidence): Timeline {
  const { records, startedAt, finishedAt, startedOn } = evidence;
  const since = (at: number) => Math.max(0, Math.round(at - startedAt));
  const stepMs = stepFor(finishedAt - startedAt);
  const steps: LoadRecord[][] = Array.from({ length: Math.floor((finishedAt - startedAt) / stepMs) + 1 }, () => []);
  for (const record of records) steps[Math.floor((record.dueAt - startedAt) / stepMs)]?.push(record);
  return {
    startedAt: startedOn.toISOString(),
    stepMs,
    points: steps.map((inStep, index) => ({ at: index * stepMs, ...pointOf(inStep) })),
    holders: holdings(evidence)
      .filter(({ from, to }) => to >= startedAt && from <= finishedAt)
      .map(({ host, from, to }) => ({ host, from: since(from), to: since(Math.min(to, finishedAt)) })),
    marks: marksOf(evidence).map((mark) => ({ ...mark, at: since(mark.at) })),
  };
}

function stepFor(lengthMs: number): number {
  let step = STEP_MS;
  while (Math.floor(lengthMs / step) + 1 > MOST_POINTS) step *= 2;
  return step;
}

function pointOf(records: readonly LoadRecord[]): Omit<Timeline["points"][number], "at"> {
  const succeeded = records.filter((record) => record.ok);
  const latencies = succeeded.map(latency).sort((a, b) => a - b);
  const some = latencies.length > 0;
  return {
    succeeded: succeeded.length,
    failed: records.length - succeeded.length,
    slow: records.filter(isSlow).length,
    p50: some ? Math.round(rank(latencies, 0.5)) : null,
    max: some ? Math.round(rank(latencies, 1)) : null,
    servers: countBy(records, (record) => record.servedBy),
    balancers: countBy(records, (record) => record.balancer),
  };
}

/** In the order of time; moments on the monotonic clock. */
function marksOf(evidence: Evidence): Mark[] {
  const { hosts, injectedAt, repairedAt, redundantAt, seen } = evidence;
  const takeover = takenOverAt(evidence);
  const broken = hosts.join(", ");
  const marks: Mark[] = [
    { at: injectedAt, what: "injected", text: broken },
    ...seen,
    ...(takeover === undefined
      ? []
      : [{ at: takeover.at, what: "taken over" as const, text: `${takeover.host} holds the virtual IP` }]),
    ...(repairedAt === undefined ? [] : [{ at: repairedAt, what: "repaired" as const, text: broken }]),
    ...(redundantAt === undefined
      ? []
      : [{ at: redundantAt, what: "redundant" as const, text: "every server is in its pool" }]),
  ];
  return marks.sort((a, b) => a.at - b.at);
}
