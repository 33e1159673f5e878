import path from "node:path";
import { ensureAnsible } from "../ansible/find.ts";
import type { PlaybookResult } from "../ansible/run.ts";
import { lockWaitMs } from "../lock/wait.ts";
import { selectHosts } from "../stack/limit.ts";
import type { Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { generateProject } from "./generate.ts";
import { loadStack } from "./load-stack.ts";
import { withLock } from "./locked.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { preflight } from "./preflight.ts";
import { runSite } from "./site.ts";

export interface ApplyOptions extends CommonOptions, PinOptions {
  readonly overwrite?: boolean;
  /** How long to wait for a lock that another run holds. */
  readonly lockWait?: string;
}

/** `quintet apply`: brings the hosts to what stack.yml says. */
export async function applyCommand(options: ApplyOptions, context: CommandContext): Promise<void> {
  const stack = await loadStack(options.stack, context);
  const result = await applyStack(stack, options, context);
  const changed = Object.values(result.hosts).reduce((sum, host) => sum + host.changed, 0);
  context.emit({
    type: "result",
    verb: "apply",
    status: "passed",
    text: [
      changed === 0 ? `Nothing changed: the hosts are as ${stack.name} says.` : `${changed} tasks changed something.`,
      `Log: ${path.relative(context.cwd, result.logFile)}`,
      `Verify it: ${commandLine(context, stack, "verify", limitFlags(options))}`,
    ],
    data: { hosts: result.hosts, logFile: result.logFile },
  });
}

/**
 * Check the hosts, lock them, generate, run the playbook. Throws the first failure; all of them are emitted. The project
 * is always that of the whole stack: the hosts that are left out are still named in the configurations of the others.
 * It is written under the lock, so that no run changes the files that another one's Ansible is reading.
 */
export async function applyStack(
  stack: Stack,
  options: ApplyOptions,
  context: CommandContext,
): Promise<PlaybookResult> {
  selectHosts(stack, options.limit);
  lockWaitMs(options.lockWait);
  const ansible = await ensureAnsible(context, context.emit);
  await preflight(stack, options, context);
  const generate = (inner: CommandContext) => generateProject(stack, ansible, options, inner);
  return applyLocked(stack, options, context, generate);
}

/** The last of these steps, for hosts that were looked at. `before`: what is to be done under the lock first. */
export async function applyLocked(
  stack: Stack,
  options: ApplyOptions,
  context: CommandContext,
  before: (context: CommandContext) => Promise<unknown> = async () => {},
): Promise<PlaybookResult> {
  const hosts = selectHosts(stack, options.limit);
  const ansible = await ensureAnsible(context, context.emit);
  const again = commandLine(context, stack, "apply", limitFlags(options));
  const command = ["apply", ...limitFlags(options)].join(" ");
  return withLock(stack, hosts, { command, again, lockWait: options.lockWait }, context, async (inner) => {
    await before(inner);
    return runSite({ stack, hosts, ansible, options, verb: "apply", title: "Apply the roles", again }, inner);
  });
}

function limitFlags({ limit }: ApplyOptions): string[] {
  return limit === undefined ? [] : ["--limit", limit];
}
