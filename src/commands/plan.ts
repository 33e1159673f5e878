import type { AnsibleEvent } from "../ansible/events.ts";
import { ensureAnsible } from "../ansible/find.ts";
import { type HostPlan, planOf, wouldChange } from "../ansible/plan.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { selectHosts } from "../stack/limit.ts";
import type { Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { flagsFor } from "./flags.ts";
import { generateProject } from "./generate.ts";
import { loadStack } from "./load-stack.ts";
import { withDirectory } from "./locked-directory.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { planSum, planText } from "./plan-text.ts";
import { preflight } from "./preflight.ts";
import { runSite } from "./site.ts";

export interface PlanOptions extends CommonOptions, PinOptions {
  readonly overwrite?: boolean;
  readonly lockWait?: string;
}

/** `quintet plan`: what apply would change. Exit code 10 when it would change something. */
export async function planCommand(options: PlanOptions, context: CommandContext): Promise<ExitCode> {
  const stack = await loadStack(options.stack, context);
  const again = commandLine(context, stack, "plan", flagsFor("plan", options));
  const { plans, logFile } = await withDirectory(
    stack,
    { command: "plan", again, lockWait: options.lockWait },
    context,
    () => planStack(stack, options, context),
  );
  const changes = plans.some(wouldChange);
  if (changes) context.emit({ type: "document", text: planText(plans) });
  context.emit({
    type: "result",
    verb: "plan",
    status: "passed",
    text: [
      planSum(plans),
      ...(changes ? [`Do it: ${commandLine(context, stack, "apply", flagsFor("apply", options))}`] : []),
    ],
    data: { changes, hosts: plans, logFile },
  });
  return changes ? EXIT.changes : EXIT.done;
}

/**
 * Generate, look at the hosts, run the playbook in check mode: for a run that has the lock of the stack directory. None on
 * the hosts: it keeps nobody out, since it changes nothing there.
 */
export async function planStack(
  stack: Stack,
  options: PlanOptions,
  context: CommandContext,
): Promise<{ readonly plans: readonly HostPlan[]; readonly logFile: string }> {
  const hosts = selectHosts(stack, options.limit);
  const ansible = await ensureAnsible(context, context.emit);
  await generateProject(stack, ansible, options, context);
  await preflight(stack, options, context);
  const events: AnsibleEvent[] = [];
  const check = { onEvent: (event: AnsibleEvent) => void events.push(event) };
  const again = commandLine(context, stack, "plan", flagsFor("plan", options));
  const run = { stack, hosts, ansible, options, verb: "plan", title: "Find out what would change", again, check };
  const { logFile } = await runSite(run, context);
  const names = hosts.map((host) => host.name);
  return { plans: planOf(events, names), logFile };
}
