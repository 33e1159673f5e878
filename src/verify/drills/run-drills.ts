import type { CheckReport, DrillReport } from "../../report/schema.ts";
import { hostsOf } from "../../stack/stack.ts";
import type { Drill, DrillContext } from "./drill.ts";
import { notRun, runDrill } from "./run-drill.ts";

/**
 * One after the other, as long as nothing keeps from breaking more. Where that is an abort, what was measured until then
 * is still worth a report.
 */
export async function runDrills(
  drills: readonly Drill[],
  checks: readonly CheckReport[],
  context: DrillContext,
): Promise<{ reports: DrillReport[]; interrupted?: unknown }> {
  const reports: DrillReport[] = [];
  for (const [index, drill] of drills.entries()) {
    try {
      const why = reasonToStop(checks, reports, context);
      reports.push(why === undefined ? await showDrill(drill, context) : notRun(drill, context, "failed", why));
    } catch (error) {
      if (!context.signal.aborted || reports.length === 0) throw error;
      const left = drills.slice(index).map((one) => notRun(one, context, "failed", "the run was interrupted"));
      return { reports: [...reports, ...left], interrupted: error };
    }
  }
  return { reports };
}

/** Why no more is to be broken: on machines that matter, where a check failed; anywhere, where a write was lost. */
function reasonToStop(
  checks: readonly CheckReport[],
  reports: readonly DrillReport[],
  { machines }: DrillContext,
): string | undefined {
  const failed = machines === undefined ? checks.find(({ status }) => status === "failed") : undefined;
  if (failed !== undefined) return `nothing was broken, since a check had failed: ${failed.title} (${failed.host})`;
  const lost = reports.find(({ measured }) => (measured?.writes?.missing.length ?? 0) > 0);
  return lost && `nothing more was broken, since ${lost.id} had lost acknowledged writes`;
}

async function showDrill(drill: Drill, context: DrillContext): Promise<DrillReport> {
  const begin = context.clock.monotonic();
  const broken = drill.target.possible(context.stack);
  const rows = ["load", ...new Set([...hostsOf(context.stack, "loadbalancer").map((host) => host.name), ...broken])];
  context.emit({ type: "step-started", step: drill.id, title: drill.title, rows });
  const report = await runDrill(drill, context);
  const status = report.status === "passed" ? "done" : report.status;
  const { measured, reason } = report;
  const summary = reason ?? (measured ? `${measured.downtimeMs} ms without an answer, ${measured.failed} failed` : "");
  const durationMs = context.clock.monotonic() - begin;
  context.emit({ type: "step-finished", step: drill.id, status, durationMs, summary });
  return report;
}
