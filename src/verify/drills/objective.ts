import type { Objective } from "../../report/schema.ts";
import type { Drill, DrillContext } from "./drill.ts";

/** What is allowed: the command line's word, else stack.yml's, else the drill's own. */
export function objectiveOf(
  drill: Pick<Drill, "id" | "objective">,
  { stack, maxDowntimeMs }: Pick<DrillContext, "stack" | "maxDowntimeMs">,
): Objective {
  const own = stack.drills.objectives[drill.id];
  return {
    downtimeMs: maxDowntimeMs ?? own?.downtime_ms ?? drill.objective.downtimeMs,
    failedSafe: own?.failed_requests ?? drill.objective.failedSafe,
    maxHolders: drill.objective.maxHolders,
  };
}
