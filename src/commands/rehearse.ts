import { applyStack } from "./apply.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { chosenDrills, type DrillOptions, drillsTable } from "./drills.ts";
import { lockWaitMs } from "./flag-values.ts";
import { loadStack } from "./load-stack.ts";
import { localMachines, machinesDown, machinesUp, removeCommand, siteUrl } from "./machines.ts";
import { reportPath, verifyStack } from "./verify.ts";

export interface RehearseOptions extends CommonOptions, DrillOptions {
  readonly down?: boolean;
  readonly lockWait?: string;
}

/** The drill that says most in the least time. */
const ONE_DRILL = ["balancer-power-loss"] as const;

/**
 * `quintet rehearse`: machines, apply, verify, one drill, or all with --drills; with --down the machines go whether it
 * passed or not.
 */
export async function rehearseCommand(options: RehearseOptions, context: CommandContext): Promise<void> {
  const drills = chosenDrills(options, ONE_DRILL);
  lockWaitMs(options.lockWait);
  const stack = await loadStack(options.stack ?? "rehearsal", context);
  const machines = await localMachines(stack, context);
  if (options.listDrills) return context.emit(drillsTable(stack, machines, options));
  try {
    await machinesUp(stack, machines, context);
    await applyStack(stack, options, context);
    const report = await verifyStack(stack, { drills, machines }, options, context);
    context.emit({
      type: "result",
      verb: "rehearse",
      status: "passed",
      text: [
        ...report.drills.map(
          ({ title, measured }) =>
            `${title}: ${measured?.downtimeMs} ms without an answer, ${measured?.failed} of ${measured?.requests} requests failed.`,
        ),
        ...(options.down
          ? []
          : [
              `The site: ${siteUrl(stack)} (your browser will not know its certificate authority, files/ca.pem)`,
              `Remove the machines: ${removeCommand(stack, context)}`,
            ]),
        `Report: ${reportPath(stack, context)}`,
      ],
      data: report,
    });
  } finally {
    // Also after Ctrl-C: what was asked for is that nothing stays.
    if (options.down) await machinesDown(stack, machines, { ...context, signal: new AbortController().signal });
  }
}
