import type { DrillReport } from "../../report/schema.ts";
import { timersOf } from "../../stack/timers.ts";
import { type Armed, armAll, disarm } from "./armed.ts";
import type { Drill, DrillContext } from "./drill.ts";
import type { Evidence } from "./evidence.ts";
import { gather } from "./gather.ts";
import { inject } from "./inject.ts";
import { objectiveOf } from "./objective.ts";
import { NotReady, ready } from "./readiness.ts";
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
  const about = {
    id: drill.id,
    title: drill.title,
    objective: objectiveOf(drill, context),
    predicted: drill.predict(timersOf(stack), stack),
  };
  const nothing = { hosts: [], measured: null, timeline: null };
  const why = drill.applies(stack, { power: machines !== undefined });
  if (why !== undefined) return { ...about, ...nothing, status: "skipped", reason: why };
  try {
    const situation = await ready(context, (text) => context.emit(row(drill, "load", text)));
    const hosts = [...drill.target.choose(situation)];
    return { ...about, hosts, ...(await attempt(drill, context, hosts)) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof NotReady)) throw error;
    return { ...about, ...nothing, status: "failed", reason: error.message };
  }
}

async function attempt(drill: Drill, context: DrillContext, hosts: readonly string[]): Promise<Outcome> {
  const { clock, emit, signal } = context;
  if ("fault" in drill) for (const host of hosts) emit(row(drill, host, drill.does.replace("…", host)));
  let armed: Armed | undefined;
  let stage: Stage | undefined;
  try {
    armed = await armAll(drill, context, hosts);
    stage = await setStage(drill, context, hosts);
    await baseline(stage);
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
