import { z } from "zod";
import { TIERS } from "../stack/schema.ts";

const stamp = z.iso.datetime().meta({ description: "UTC." });
const ms = z.number().nonnegative();
const count = z.int().nonnegative();
const status = z.enum(["passed", "failed", "skipped"]);

const checkReport = z.strictObject({
  id: z.string(),
  tier: z.enum(TIERS),
  host: z.string().meta({ description: "A host's name, or `virtual IP`." }),
  title: z.string(),
  status,
  expected: z.string(),
  actual: z.string().meta({ description: "What was found; for a skipped check, why." }),
  fix: z.string().optional().meta({ description: "What mends it, where it failed." }),
  durationMs: ms,
});

const isolationReport = z.strictObject({
  from: z.string().meta({ description: "A host's name, or `this computer`." }),
  to: z.string(),
  address: z.string().meta({ description: "Where it was tried: an IPv4 or IPv6 address of the host." }),
  port: z.int().min(1).max(65535),
  expected: z.enum(["open", "closed"]),
  actual: z
    .enum(["open", "refused", "dropped"])
    .meta({ description: "refused: the answer was no; dropped: there was none. Both are closed." }),
  rule: z
    .string()
    .optional()
    .meta({ description: "Where it is not as expected: the rule that is missing or too wide." }),
});

const percentiles = z.strictObject({ p50: ms, p95: ms, p99: ms, max: ms }).nullable().meta({
  description: "Milliseconds from when a request was due to its last byte, of those that succeeded; null: none did.",
});

/** What a request of the load is about. A read may be sent again without harm: it is of the safe kind; a write is not. */
export const REQUEST_KINDS = ["static", "read", "write"] as const;

const byKind = z.strictObject({
  kind: z.enum(REQUEST_KINDS).meta({ description: "static: the web tier; read, write: the app tier." }),
  requests: count,
  failed: count.meta({ description: "No whole answer, or none of 2xx." }),
  downtimeMs: ms.meta({ description: "The longest stretch in which no request of this kind succeeded." }),
  statuses: z.record(z.string(), count).meta({ description: "How often each status came; `none`: no whole answer." }),
});

const measured = z.strictObject({
  downtimeMs: ms.meta({
    description: "The longest stretch, once the failure was injected, in which no request succeeded.",
  }),
  requests: count,
  failed: count,
  failedSafe: count.meta({ description: "Those of them that only read, so that trying again does no harm." }),
  retried: count.meta({ description: "The balancer tried another time, or another server." }),
  resent: count.meta({
    description: "A read on a kept connection that turned out to be closed, sent again on a new one, as browsers do.",
  }),
  slow: count.meta({ description: "Succeeded, after a second or more." }),
  kinds: z.array(byKind),
  latencyMs: z.strictObject({ before: percentiles, during: percentiles, after: percentiles }),
  takeoverMs: ms
    .nullable()
    .meta({ description: "From the injection until the other balancer held the virtual IP; null: it never did." }),
  redundancyMs: ms
    .nullable()
    .meta({ description: "From the repair until every server was back in its pool; null: not within the limit." }),
  holders: z.strictObject({ min: count, max: count, noneMs: ms, severalMs: ms }).meta({
    description: "Fewest and most balancers that held the virtual IP at one moment, and how long none and several did.",
  }),
  writes: z
    .strictObject({
      acknowledged: count,
      missing: z.array(z.string()),
      doubled: z.array(z.string()),
      unread: z.array(z.string()).meta({ description: "Neither found nor missing: the site gave no clear answer." }),
    })
    .nullable()
    .meta({ description: "Every acknowledged write, read back in the end; null: checks.write is not in stack.yml." }),
  generator: z
    .strictObject({ behindMs: ms, p99Ms: ms, limitMs: ms })
    .meta({ description: "How far the load fell behind its own schedule at worst, and usually, and how far it may." }),
});

const mark = z.strictObject({
  at: ms.meta({ description: "Milliseconds since the load began." }),
  what: z.enum(["injected", "detected", "taken over", "repaired", "redundant"]),
  text: z.string(),
});

const timeline = z.strictObject({
  startedAt: stamp,
  stepMs: ms,
  points: z.array(
    z.strictObject({
      at: ms.meta({ description: "Begin of the step. A request counts where it was due." }),
      succeeded: count,
      failed: count,
      slow: count,
      p50: ms.nullable(),
      max: ms.nullable(),
      servers: z.record(z.string(), count).meta({ description: "Answers by web or app server." }),
      balancers: z.record(z.string(), count),
    }),
  ),
  holders: z
    .array(z.strictObject({ host: z.string(), from: ms, to: ms }))
    .meta({ description: "When each balancer held the virtual IP." }),
  marks: z.array(mark),
});

const objective = z
  .strictObject({
    downtimeMs: ms.nullable(),
    failedSafe: count.nullable(),
    maxHolders: count,
  })
  .meta({ description: "What was allowed; null: anything." });

const drillReport = z.strictObject({
  id: z.string(),
  title: z.string(),
  status,
  reason: z.string().optional().meta({ description: "Why it was skipped or did not pass." }),
  hosts: z.array(z.string()).meta({ description: "The hosts that were broken." }),
  objective,
  predicted: z
    .strictObject({
      downtimeMs: ms,
      formula: z.string().meta({ description: "How it follows from the timers of the generated configuration." }),
    })
    .nullable(),
  measured: measured.nullable().meta({ description: "null where nothing was measured." }),
  judged: z.strictObject({ downtimeMs: ms, failedSafe: count }).optional().meta({
    description:
      "What the objective was held against, where that is not all that was measured: the requests that somebody was left to answer.",
  }),
  timeline: timeline.nullable(),
});

/** report.json: what a run of the checks and drills found. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(2),
  stack: z.string(),
  hosts: z
    .array(z.strictObject({ name: z.string(), address: z.string(), tiers: z.array(z.enum(TIERS)) }))
    .meta({ description: "The stack as it was." }),
  virtualIp: z.string(),
  site: z.string().meta({ description: "The address that visitors type." }),
  limit: z
    .array(z.string())
    .optional()
    .meta({ description: "The only hosts that it is about, where others were left out." }),
  startedAt: stamp,
  finishedAt: stamp,
  result: z.enum(["passed", "failed"]),
  checks: z.array(checkReport),
  isolation: z.array(isolationReport),
  drills: z.array(drillReport),
});

export type Report = z.output<typeof reportSchema>;
export type CheckReport = z.output<typeof checkReport>;
export type IsolationReport = z.output<typeof isolationReport>;
export type DrillReport = z.output<typeof drillReport>;
export type Measured = z.output<typeof measured>;
export type Timeline = z.output<typeof timeline>;
export type Mark = z.output<typeof mark>;
export type Objective = z.output<typeof objective>;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** The JSON Schema of report.json, for docs/report.schema.json. */
export function reportJsonSchema(): unknown {
  return { title: "report.json of a Quintet run", ...z.toJSONSchema(reportSchema) };
}

/** Whether a port is as it should be: refused and dropped are both closed. */
export function asExpected({ expected, actual }: Pick<IsolationReport, "expected" | "actual">): boolean {
  return (expected === "open") === (actual === "open");
}

/** Passed: nothing failed, and every flow is as it should be. What was skipped does not count. */
export function resultOf(report: Pick<Report, "checks" | "isolation" | "drills">): Report["result"] {
  const failed =
    [...report.checks, ...report.drills].some((one) => one.status === "failed") ||
    report.isolation.some((flow) => !asExpected(flow));
  return failed ? "failed" : "passed";
}
