import { acknowledged } from "../load/read-back.ts";
import type { Evidence, Written } from "./evidence.ts";
import { balancersOf } from "./readiness.ts";
import type { Stage } from "./stage.ts";

/** Ends the load, reads its writes back, and puts together all that was seen. */
export async function gather(
  { drill, context, hosts, away, load, watch, startedOn, seen, tell }: Stage,
  moments: Pick<Evidence, "injectedAt" | "repairedAt" | "redundantAt">,
): Promise<Evidence> {
  const { records, startedAt, finishedAt } = await load.stop();
  const samples = await watch.stop();
  const ids = acknowledged(records);
  let written: Written | undefined;
  if (context.stack.checks.write !== undefined) {
    tell("load", "running", `reading ${ids.length} acknowledged writes back`);
    written = await context.readBack(ids);
  }
  const to = moments.redundantAt ?? finishedAt;
  return {
    ...moments,
    records,
    samples,
    startedOn,
    startedAt,
    finishedAt,
    hosts,
    away: drill.silences ? hosts.map((host) => ({ host, from: moments.injectedAt, to })) : away,
    balancers: balancersOf(context),
    written,
    seen,
  };
}
