import { readFile } from "node:fs/promises";
import path from "node:path";
import type { AnsibleEvent } from "../ansible/events.ts";
import { type Ansible, ensureAnsible } from "../ansible/find.ts";
import { type HostPlan, planOf, wouldChange } from "../ansible/plan.ts";
import { decryptVault } from "../ansible/vault.ts";
import { givenVaultPassword } from "../ansible/vault-password.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { secretsMask } from "../generate/mask.ts";
import { selectHosts } from "../stack/limit.ts";
import type { Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { generateProject } from "./generate.ts";
import { loadStack } from "./load-stack.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { planSum, planText } from "./plan-text.ts";
import { preflight } from "./preflight.ts";
import { runSite } from "./site.ts";

export interface PlanOptions extends CommonOptions, PinOptions {
  readonly overwrite?: boolean;
}

/** `quintet plan`: what apply would change. Exit code 10 when it would change something. */
export async function planCommand(options: PlanOptions, context: CommandContext): Promise<ExitCode> {
  const stack = await loadStack(options.stack, context);
  const { plans, logFile } = await planStack(stack, options, context);
  const changes = plans.some(wouldChange);
  if (changes) context.emit({ type: "document", text: planText(plans) });
  const limit = options.limit === undefined ? [] : ["--limit", options.limit];
  context.emit({
    type: "result",
    verb: "plan",
    status: "passed",
    text: [planSum(plans), ...(changes ? [`Do it: ${commandLine(context, stack, "apply", limit)}`] : [])],
    data: { changes, hosts: plans, logFile },
  });
  return changes ? EXIT.changes : EXIT.done;
}

/** Generate, look at the hosts, run the playbook in check mode. No lock: it keeps nobody out, since it changes nothing. */
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
  const check = {
    onEvent: (event: AnsibleEvent) => void events.push(event),
    mask: secretsMask(await readSecrets(stack, ansible, context)),
  };
  const again = commandLine(context, stack, "plan", options.limit === undefined ? [] : ["--limit", options.limit]);
  const run = { stack, hosts, ansible, options, verb: "plan", title: "Find out what would change", again, check };
  const { logFile } = await runSite(run, context);
  const names = hosts.map((host) => host.name);
  return { plans: planOf(events, names), logFile };
}

async function readSecrets(stack: Stack, ansible: Ansible, { env, cwd, run }: CommandContext): Promise<string> {
  const passwordFile = givenVaultPassword(env, cwd) ?? path.join(stack.directory, ".vault_password");
  return decryptVault(
    { ansible, run, env, passwordFile },
    await readFile(path.join(stack.directory, "secrets.yml"), "utf8"),
  );
}
