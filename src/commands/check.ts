import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { flagsFor } from "./flags.ts";
import { loadStack } from "./load-stack.ts";
import { approach, areFit, faultsOf, hostTable, lookAndJudge, type PreflightResult, throwFaults } from "./preflight.ts";
import { step } from "./step.ts";

/** `quintet check`: everything that would make `apply` fail, on every host, changing nothing. */
export async function checkCommand(options: CommonOptions, context: CommandContext): Promise<void> {
  const stack = await loadStack(options.stack, context);
  const hosts = await approach(stack, options, context);
  const names = hosts.map(({ name }) => name);
  const result = await step(context, "preflight", "Check the hosts", names, async () => {
    const result = await lookAndJudge(stack, hosts, context);
    return { result, summary: summaryOf(result) };
  });
  context.emit(hostTable(result));
  const failed = faultsOf(result).length > 0;
  context.emit({
    type: "result",
    verb: "check",
    status: failed ? "failed" : "passed",
    text: failed
      ? []
      : [`${names.length} hosts are fit: ${commandLine(context, stack, "apply", flagsFor("apply", options))}`],
    data: dataOf(result),
  });
  throwFaults(result, context);
}

function summaryOf(result: PreflightResult): string {
  const faults = faultsOf(result).length;
  if (faults === 0) return areFit(result.looked.length);
  return faults === 1 ? "1 fault" : `${faults} faults`;
}

/** For machines: what was seen on each host, and what was made of it. */
function dataOf({ looked, findings }: PreflightResult) {
  return {
    hosts: Object.fromEntries(
      looked.map(({ host, facts, clock, answers }) => [
        host.name,
        { reached: facts !== undefined, ...facts, clock, ports: answers?.ports, filters: answers?.filters?.others },
      ]),
    ),
    findings,
  };
}
