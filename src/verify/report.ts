import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { EXIT, QuintetError } from "../errors.ts";
import { TIERS } from "../stack/schema.ts";

const stamp = z.iso.datetime().meta({ description: "UTC." });
const ms = z.number().nonnegative();
const status = z.enum(["passed", "failed", "skipped"]);
const reach = z.enum(["open", "closed"]);

const checkReport = z.strictObject({
  id: z.string(),
  tier: z.enum(TIERS),
  host: z.string().meta({ description: "A host's name, or `virtual IP`." }),
  title: z.string(),
  status,
  expected: z.string(),
  actual: z.string().meta({ description: "What was found; for a skipped check, why." }),
  durationMs: ms,
});

const isolationReport = z.strictObject({
  from: z.string().meta({ description: "A host's name, or `this computer`." }),
  to: z.string(),
  port: z.int().min(1).max(65535),
  expected: reach,
  actual: reach,
});

const drillReport = z.strictObject({
  id: z.string(),
  title: z.string(),
  status,
  reason: z.string().optional().meta({ description: "Why it was skipped or did not pass." }),
  objective: z.strictObject({ downtimeMs: ms, maxHolders: z.int() }),
  measured: z
    .strictObject({
      downtimeMs: ms.meta({ description: "Longest time between two answers, once the failure was injected." }),
      requests: z.int().nonnegative(),
      failedRequests: z.int().nonnegative(),
      takeoverMs: ms
        .nullable()
        .meta({ description: "Until the other balancer held the virtual IP; null: it never did." }),
      vipHolders: z
        .strictObject({ min: z.int().nonnegative(), max: z.int().nonnegative() })
        .meta({ description: "Fewest and most balancers that held the virtual IP at one moment." }),
    })
    .nullable()
    .meta({ description: "null where nothing was measured." }),
});

/** report.json: what a run of the checks and drills found. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  stack: z.string(),
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

/** The JSON Schema of report.json, for docs/report.schema.json. */
export function reportJsonSchema(): unknown {
  return { title: "report.json of a Quintet run", ...z.toJSONSchema(reportSchema) };
}

/** Passed: nothing failed, and every flow is as it should be. What was skipped does not count. */
export function resultOf(report: Pick<Report, "checks" | "isolation" | "drills">): Report["result"] {
  const failed =
    [...report.checks, ...report.drills].some((one) => one.status === "failed") ||
    report.isolation.some((flow) => flow.expected !== flow.actual);
  return failed ? "failed" : "passed";
}

/** Writes reports/<time>/report.json, points reports/latest at it, and returns the file's path. */
export async function writeReport(directory: string, report: Report): Promise<string> {
  const reports = join(directory, "reports");
  const name = report.startedAt.replaceAll(":", "-");
  const file = join(reports, name, "report.json");
  const text = `${JSON.stringify(reportSchema.parse(report), undefined, 2)}\n`;
  // A link is replaced by renaming another one over it: `latest` is never absent or half there.
  const link = join(reports, `.latest-${process.pid}`);
  try {
    await mkdir(join(reports, name), { recursive: true });
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
    await rm(link, { force: true });
    await symlink(name, link);
    await rename(link, join(reports, "latest"));
  } catch (error) {
    throw new QuintetError(
      {
        message: `The report cannot be written to ${reports}.`,
        exitCode: EXIT.verify,
        step: "write the report",
        detail: (error as Error).message,
        next: `Make ${reports} writable and run verify again.`,
      },
      { cause: error },
    );
  }
  return file;
}
