import path from "node:path";
import { type Ansible, ensureAnsible } from "../ansible/find.ts";
import { type PlaybookResult, runPlaybook } from "../ansible/run.ts";
import { EXIT, QuintetError } from "../errors.ts";
import { lockWaitMs } from "../lock/wait.ts";
import { selectHosts } from "../stack/limit.ts";
import type { Host, Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { generateProject } from "./generate.ts";
import { withJournal } from "./journal.ts";
import { loadStack } from "./load-stack.ts";
import { withLock } from "./locked.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { preflight } from "./preflight.ts";

export interface ApplyOptions extends CommonOptions, PinOptions {
  readonly check?: boolean;
  readonly overwrite?: boolean;
  /** How long to wait for a lock that another run holds. */
  readonly lockWait?: string;
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
      ...(options.check ? [] : [`Verify it: ${commandLine(context, stack, "verify", limitFlags(options))}`]),
    ],
    data: { hosts: result.hosts, logFile: result.logFile },
  });
}

/**
 * Generate, check the hosts, lock them, run the playbook. Throws the first failure; all of them are emitted. The project
 * is always that of the whole stack: the hosts that are left out are still named in the configurations of the others.
 */
export async function applyStack(
  stack: Stack,
  options: ApplyOptions,
  context: CommandContext,
): Promise<PlaybookResult> {
  const hosts = selectHosts(stack, options.limit);
  lockWaitMs(options.lockWait);
  const ansible = await ensureAnsible(context, context.emit);
  await generateProject(stack, ansible, options, context);
  await preflight(stack, options, context);
  const again = commandLine(context, stack, "apply", [...limitFlags(options), ...(options.check ? ["--check"] : [])]);
  const site = (inner: CommandContext) => runSite({ stack, hosts, ansible, options, again }, inner);
  // Where nothing is changed, nobody has to be kept out.
  if (options.check) return site(context);
  const command = ["apply", ...limitFlags(options)].join(" ");
  return withLock(stack, hosts, { command, again, lockWait: options.lockWait }, context, site);
}

function limitFlags({ limit }: ApplyOptions): string[] {
  return limit === undefined ? [] : ["--limit", limit];
}

interface SiteRun {
  readonly stack: Stack;
  readonly hosts: readonly Host[];
  readonly ansible: Ansible;
  readonly options: ApplyOptions;
  readonly again: string;
}

async function runSite(
  { stack, hosts, ansible, options, again }: SiteRun,
  context: CommandContext,
): Promise<PlaybookResult> {
  const names = hosts.map((host) => host.name);
  const result = await runPlaybook(
    {
      ansible,
      stackDirectory: stack.directory,
      playbook: "site.yml",
      inventory: "hosts.yml",
      verb: "apply",
      step: "apply",
      title: options.check ? "Find out what would change" : "Apply the roles",
      rows: names,
      again,
      ...(options.check ? { check: true, diff: true } : {}),
      ...(options.limit === undefined ? {} : { limit: names }),
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
