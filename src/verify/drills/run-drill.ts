import type { DrillReport } from "../../report/schema.ts";
import { timersOf } from "../../stack/timers.ts";
import { type Armed, armAll, disarm } from "./armed.ts";
import type { Drill, DrillContext } from "./drill.ts";
import type { Evidence } from "./evidence.ts";
import { gather } from "./gather.ts";
import { inject } from "./inject.ts";
import { objectiveOf } from "./objective.ts";
import { ready } from "./readiness.ts";
import { type Stage, setStage } from "./stage.ts";
import { judge } from "./verdict.ts";
import { baseline, untilBack, untilCalm, untilRedundant } from "./watching.ts";

/** Everything that the report says of a drill besides what it is. */
type Outcome = Pick<DrillReport, "status" | "measured" | "judged" | "timeline"> & { readonly reason?: string };

/**
 * Runs one drill, from a healthy stack to a healthy stack. Whatever happens, an abort included, what it broke is mended
 * before this ends; if this process is killed, the hosts mend themselves. An abort throws the signal's reason.
 */
export async function runDrill(drill: Drill, context: DrillContext): Promise<DrillReport> {
  const { stack, machines, signal } = context;
  const why = drill.applies(stack, { power: machines !== undefined });
  if (why !== undefined) return notRun(drill, context, "skipped", why);
  try {
    const situation = await ready(context, (text) => context.emit(row(drill, "load", text)));
    const hosts = [...drill.target.choose(situation)];
    return { ...aboutOf(drill, context), hosts, ...(await attempt(drill, context, hosts)) };
  } catch (error) {
    signal.throwIfAborted();
    return notRun(drill, context, "failed", error instanceof Error ? error.message : String(error));
  }
}

/** A drill in which nothing was broken, and why. */
export function notRun(drill: Drill, context: DrillContext, status: "failed" | "skipped", reason: string): DrillReport {
  return { ...aboutOf(drill, context), hosts: [], measured: null, timeline: null, status, reason };
}

function aboutOf(drill: Drill, context: DrillContext) {
  const { id, title } = drill;
  const predicted = drill.predict(timersOf(context.stack), context.stack);
  return { id, title, objective: objectiveOf(drill, context), predicted };
}

async function attempt(drill: Drill, context: DrillContext, hosts: readonly string[]): Promise<Outcome> {
  const { clock, emit, signal } = context;
  if ("fault" in drill) for (const host of hosts) emit(row(drill, host, drill.does.replace("…", host)));
  let armed: Armed | undefined;
  let stage: Stage | undefined;
  try {
    stage = await setStage(drill, context, hosts);
    await baseline(stage);
    armed = await armAll(drill, context, hosts);
    const injectedAt = clock.monotonic();
    await inject(stage);
    const faults = (await Promise.all([untilCalm(stage, injectedAt), untilBack(stage)])).flat();
    const wrong = (await drill.look?.(context)) ?? [];
    const repairedAt = clock.monotonic();
    await armed?.mend();
    const back = await untilRedundant(stage, hosts);
    const evidence = await gather(stage, {
      injectedAt,
      ...endOf(stage, { injectedAt, repairedAt, redundantAt: back.at }),
    });
    return judge(stage, evidence, [...faults, ...wrong, ...back.problems]);
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return { status: "failed", reason, measured: null, timeline: null };
  } finally {
    stage?.hush();
    await Promise.all([disarm(armed, context), stage?.load.abandon(), stage?.watch.stop()]);
  }
}

type Moments = Pick<Evidence, "injectedAt" | "redundantAt"> & { readonly repairedAt: number };

/** What came back by itself was whole when the last trouble was over, and not only when we made sure of it. */
function endOf({ drill, trouble }: Stage, { injectedAt, repairedAt, redundantAt }: Moments) {
  if ("course" in drill) return { repairedAt: undefined, redundantAt };
  if (drill.ends === "when mended") return { repairedAt, redundantAt };
  return { repairedAt: undefined, redundantAt: redundantAt && (trouble.lastAt ?? injectedAt) };
}

function row(drill: Drill, name: string, text: string) {
  return { type: "row", step: drill.id, row: name, status: "running", text } as const;
}
