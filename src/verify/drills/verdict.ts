import type { DrillReport } from "../../report/schema.ts";
import type { Evidence } from "./evidence.ts";
import { shortfalls } from "./judge.ts";
import { measure } from "./measure.ts";
import { objectiveOf } from "./objective.ts";
import type { Stage } from "./stage.ts";
import { timelineOf } from "./timeline.ts";
import { counts } from "./watching.ts";

type Verdict = Pick<DrillReport, "status" | "measured" | "judged" | "timeline"> & { readonly reason?: string };

/** The report is of every request; the objective is of those that somebody was left to answer. */
export function judge(stage: Stage, evidence: Evidence, faults: readonly string[]): Verdict {
  const { drill, context, tell } = stage;
  const measured = measure(evidence);
  const meant = { ...evidence, records: evidence.records.filter((record) => counts(stage, record)) };
  const own = measure(meant);
  const { downtimeMs, failedSafe } = own;
  const judged = meant.records.length === evidence.records.length ? {} : { judged: { downtimeMs, failedSafe } };
  const reasons = [
    ...faults,
    ...shortfalls(meant, own, objectiveOf(drill, context), {
      takeover: drill.takeover ?? false,
      advertMs: context.stack.virtualIp.advertMs,
    }),
    ...(drill.also?.(evidence, context.stack) ?? []),
  ];
  const timeline = timelineOf(evidence);
  tell("load", reasons.length === 0 ? "done" : "failed", `${measured.requests} requests, ${measured.failed} failed`);
  if (reasons.length === 0) return { status: "passed", measured, ...judged, timeline };
  return { status: "failed", reason: reasons.join("; "), measured, ...judged, timeline };
}
