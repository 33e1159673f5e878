import path from "node:path";
import { type Ansible, ensureAnsible } from "../ansible/find.ts";
import { type PlaybookResult, runPlaybook } from "../ansible/run.ts";
import { EXIT, QuintetError } from "../errors.ts";
import type { Stack } from "../stack/stack.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { generateProject } from "./generate.ts";
import { withJournal } from "./journal.ts";
import { loadStack } from "./load-stack.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { preflight } from "./preflight.ts";

export interface ApplyOptions extends CommonOptions, PinOptions {
  readonly check?: boolean;
  readonly limit?: string;
  readonly overwrite?: boolean;
}

/** `quintet apply`: brings the hosts to what stack.yml says. */
export async function applyCommand(options: ApplyOptions, context: CommandContext): Promise<void> {
  const stack = await loadStack(options.stack, context);
  const result = await applyStack(stack, options, context);
  const changed = Object.values(result.hosts).reduce((sum, host) => sum + host.changed, 0);
  const did = options.check ? "would change" : "changed";
  context.emit({
    type: "result",
    verb: "apply",
    status: "passed",
    text: [
      changed === 0 ? `Nothing ${did}: the hosts are as ${stack.name} says.` : `${changed} tasks ${did} something.`,
      `Log: ${path.relative(context.cwd, result.logFile)}`,
      ...(options.check ? [] : [`Verify it: ${context.program} verify --stack ${stack.directory}`]),
    ],
    data: { hosts: result.hosts, logFile: result.logFile },
  });
}

/** Generate, check the hosts, run the playbook. Throws the first failure; all of them are emitted. */
export async function applyStack(
  stack: Stack,
  options: ApplyOptions,
  context: CommandContext,
): Promise<PlaybookResult> {
  const ansible = await ensureAnsible(context, context.emit);
  await generateProject(stack, ansible, options, context);
  await preflight(stack, options, context);
  return runSite(stack, ansible, options, context);
}

async function runSite(
  stack: Stack,
  ansible: Ansible,
  options: ApplyOptions,
  context: CommandContext,
): Promise<PlaybookResult> {
  const again = `${context.program} apply --stack ${stack.directory}`;
  const result = await runPlaybook(
    {
      ansible,
      stackDirectory: stack.directory,
      playbook: "site.yml",
      inventory: "hosts.yml",
      verb: "apply",
      step: "apply",
      title: options.check ? "Find out what would change" : "Apply the roles",
      rows: stack.hosts.map((host) => host.name),
      again,
      ...(options.check ? { check: true, diff: true } : {}),
      ...(options.limit === undefined ? {} : { limit: options.limit.split(",") }),
    },
    { env: context.env, login: await context.login.environment(), now: context.now, signal: context.signal },
    context.emit,
  );
  context.signal.throwIfAborted();
  if (result.status === "passed") return result;
  const failures = await withJournal(stack, result.failures, context);
  const [last, ...others] = failures.toReversed();
  for (const error of others.toReversed()) context.emit({ type: "error", error });
  throw new QuintetError(
    last ?? { message: "The playbook failed.", exitCode: EXIT.apply, next: again, logFile: result.logFile },
  );
}
