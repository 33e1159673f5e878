import { existsSync } from "node:fs";
import path from "node:path";
import { type HostPlan, wouldChange } from "../ansible/plan.ts";
import { type FlagValues, fromFlags } from "../answers/flags.ts";
import { EXIT, QuintetError } from "../errors.ts";
import { SUDO_PASSWORD_VARIABLE } from "../remote/login.ts";
import { selectHosts } from "../stack/limit.ts";
import type { Stack } from "../stack/stack.ts";
import { type ApplyOptions, applyLocked } from "./apply.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext } from "./context.ts";
import { lockWaitMs } from "./flag-values.ts";
import { flagsFor } from "./flags.ts";
import { type Guide, type InitOptions, initStack, sameCommand } from "./init.ts";
import { findStack, loadStack } from "./load-stack.ts";
import { withDirectory } from "./locked-directory.ts";
import { rehearsalMachines, siteUrl } from "./machines.ts";
import { planStack } from "./plan.ts";
import { planSum } from "./plan-text.ts";
import { checkHosts } from "./preflight.ts";
import { reportPath, verifyStack } from "./verify.ts";

export interface InstallOptions extends InitOptions, ApplyOptions {}

/** `quintet install`: from addresses to a verified stack: init, check, generate, plan, apply, verify. */
export async function installCommand(options: InstallOptions, context: CommandContext, guide?: Guide): Promise<void> {
  lockWaitMs(options.lockWait);
  const { directory, same } = await describe(options, context, guide);
  const stack = await loadStack(directory, context);
  const meant = selectHosts(stack, options.limit);
  // From the plan to the end, also while somebody thinks it over: what was agreed to is what is applied.
  const again = commandLine(context, stack, "install", flagsFor("apply", options));
  const request = { command: "install", again, lockWait: options.lockWait };
  const { plans, hosts } = await withDirectory(stack, request, context, async () => {
    const { plans } = await planStack(stack, options, context);
    context.emit(planTable(plans));
    const asked = await agree(stack, plans, options, context);
    // Nobody knows how long the answer took: what was seen of the hosts may be old.
    const before = asked ? (inner: CommandContext) => checkHosts(stack, meant, inner) : undefined;
    const { hosts } = await applyLocked(stack, options, context, before && { before });
    return { plans, hosts };
  });
  const machines = await rehearsalMachines(stack, context);
  const report = await verifyStack(stack, { hosts: meant, ...(machines && { machines }) }, options, context);
  context.emit({
    type: "result",
    verb: "install",
    status: "passed",
    text: [
      `${stack.name} stands: ${siteUrl(stack)} (or https://${stack.site.domain}/ once its name leads to ${stack.virtualIp.address}).`,
      `Report: ${reportPath(stack, context)}`,
      ...(same === undefined || context.ask === undefined ? [] : [await sameText(same, context)]),
    ],
    data: {
      directory: stack.directory,
      plan: planData(plans),
      hosts,
      report,
      ...(same !== undefined && { command: same }),
    },
  });
}

/** Where the stack.yml is: the one that is there already where nothing else is said, else one that init writes. */
async function describe(options: InstallOptions, context: CommandContext, guide: Guide | undefined) {
  const said = options.from !== undefined || Object.keys(fromFlags(options as FlagValues, context.env)).length > 0;
  const there = said ? undefined : await existing(options, context);
  if (there !== undefined) return { directory: there, same: undefined };
  const { stack, answers } = await initStack(options, context, guide);
  return { directory: stack.directory, same: answers && sameCommand("install", answers, options, context) };
}

async function existing(options: InstallOptions, context: CommandContext): Promise<string | undefined> {
  const directory = await findStack(options.stack, context).catch(() => undefined);
  const file = directory === undefined ? undefined : path.join(directory, "stack.yml");
  if (file === undefined || !existsSync(file)) return undefined;
  if (options.stack !== undefined || context.ask === undefined) return directory;
  const yes = await context.ask.confirm(`Install the stack of ${path.relative(context.cwd, file)}?`);
  return yes ? directory : undefined;
}

/** A password is in no command line; whoever was asked for one has to know how to give it. */
async function sameText(same: string, { login }: CommandContext): Promise<string> {
  const password = (await login.environment())[SUDO_PASSWORD_VARIABLE];
  return `The same without questions${password === undefined ? "" : `, with the sudo password in ${SUDO_PASSWORD_VARIABLE}`}: ${same}`;
}

function planTable(plans: readonly HostPlan[]) {
  const count = (list: readonly unknown[]) => (list.length === 0 ? "" : String(list.length));
  return {
    type: "table" as const,
    title: planSum(plans),
    columns: ["host", "install", "files to write", "services"],
    rows: plans.map(({ host, packages, files, services }) => [
      host,
      packages.join(" "),
      count(files),
      services.map(({ action, unit }) => `${action} ${unit}`).join(", "),
    ]),
  };
}

/** For machines: the same, and which files; what is in them is plan's to say. */
function planData(plans: readonly HostPlan[]) {
  return plans.map((plan) => ({ ...plan, files: plan.files.map(({ diff: _, ...file }) => file) }));
}

/** Until here nothing was changed on any host. Gives whether somebody was asked. */
async function agree(
  stack: Stack,
  plans: readonly HostPlan[],
  options: InstallOptions,
  context: CommandContext,
): Promise<boolean> {
  if (context.ask === undefined || !plans.some(wouldChange)) return false;
  if (await context.ask.confirm("Go on, and change that on these hosts?")) return true;
  throw new QuintetError({
    message: "Nothing was changed on any host.",
    exitCode: EXIT.interrupted,
    next: `To see it line by line: ${commandLine(context, stack, "plan", flagsFor("plan", options))}; to do it: ${commandLine(context, stack, "apply", flagsFor("apply", options))}`,
  });
}
