import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DrillReport, reportSchema } from "../../src/report/schema.ts";
import type { DrillId } from "../../src/stack/drill-ids.ts";
import { quintet } from "./quintet.ts";
import { directory } from "./shared.ts";

/** Runs drills on the shared machines, with the cheapest of the smoke checks; their reports, as report.json has them. */
export async function drilled(ids: readonly DrillId[]): Promise<DrillReport[]> {
  const flags = ids.flatMap((id) => ["--drill", id]);
  const run = await quintet(["verify", "--stack", directory, "--check", "virtual-ip-answers", ...LOCK, ...flags]);
  if (run.exitCode !== 0 && run.exitCode !== 5) throw new Error(`exit code ${run.exitCode}:\n${run.stderr}`);
  const report = reportSchema.parse(JSON.parse(await readFile(join(directory, "reports/latest/report.json"), "utf8")));
  if (report.drills.length !== ids.length) throw new Error(`an old report:\n${run.stderr}`);
  return report.drills;
}

/** What was killed just now may hold the locks for a moment. */
export const LOCK = ["--lock-wait", "60s"];

/** What came of each drill, in a line. */
export function verdicts(reports: readonly DrillReport[]): string[] {
  return reports.map(
    ({ id, status, reason }) => `${id}: ${[status, ...(reason === undefined ? [] : [reason])].join(": ")}`,
  );
}
