import path from "node:path";
import { ensureAnsible } from "../ansible/find.ts";
import type { PlaybookResult } from "../ansible/run.ts";
import { writeReleaseRecord } from "../generate/release-record.ts";
import type { Sessions } from "../remote/sessions.ts";
import { selectHosts } from "../stack/limit.ts";
import type { Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { fetchRelease } from "./fetch-release.ts";
import { lockWaitMs } from "./flag-values.ts";
import { flagsFor } from "./flags.ts";
import { generateProject } from "./generate.ts";
import { loadStack } from "./load-stack.ts";
import { type LockRequest, withLock } from "./locked.ts";
import { withDirectory } from "./locked-directory.ts";
import { mendDrill } from "./mend-drill.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { approach, checkHosts } from "./preflight.ts";
import { lookForRelease } from "./running-release.ts";
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
      `The application changes by: ${commandLine(context, stack, "release")}`,
      `Log: ${path.relative(context.cwd, result.logFile)}`,
      `Verify it: ${commandLine(context, stack, "verify", flagsFor("verify", options))}`,
    ],
    data: { hosts: result.hosts, logFile: result.logFile },
  });
}

/**
 * Lock the stack directory and the hosts, check them, generate, run the playbook. Throws the first failure; all of them
 * are emitted. The project is always that of the whole stack: the hosts that are left out are still named in the
 * configurations of the others. Hosts are checked under their locks: what was seen may not be older than the wait.
 */
export async function applyStack(
  stack: Stack,
  options: ApplyOptions,
  context: CommandContext,
): Promise<PlaybookResult> {
  selectHosts(stack, options.limit);
  lockWaitMs(options.lockWait);
  const ansible = await ensureAnsible(context, context.emit);
  const hosts = await approach(stack, options, context);
  const check = (inner: CommandContext) => checkHosts(stack, hosts, inner);
  const before = async (inner: CommandContext, sessions: Sessions) => {
    await mendDrill(stack, inner);
    await check(inner);
    const running = await lookForRelease(stack, sessions);
    await fetchRelease(stack, running, sessions, inner);
    await generateProject(stack, ansible, { ...options, ...running }, inner);
  };
  return withDirectory(stack, applyRequest(stack, options, context), context, () =>
    // The check says of every host what is wrong with it, the lock of one.
    applyLocked(stack, options, context, { before, otherwise: () => check(context) }),
  );
}

/** For others to read, and for advice. */
function applyRequest(stack: Stack, options: ApplyOptions, context: CommandContext): LockRequest {
  const { limit, lockWait } = options;
  return {
    command: limit === undefined ? "apply" : `apply --limit ${limit}`,
    again: commandLine(context, stack, "apply", flagsFor("apply", options)),
    lockWait,
  };
}

interface LockedSteps {
  /** What is to be done under the locks of the hosts first. */
  readonly before?: (context: CommandContext, sessions: Sessions) => Promise<unknown>;
  readonly otherwise?: NonNullable<LockRequest["otherwise"]>;
}

/** The last of these steps, for a run that has the lock of the stack directory. */
export async function applyLocked(
  stack: Stack,
  options: ApplyOptions,
  context: CommandContext,
  { before = async () => {}, otherwise }: LockedSteps = {},
): Promise<PlaybookResult> {
  const hosts = selectHosts(stack, options.limit);
  const ansible = await ensureAnsible(context, context.emit);
  const request = applyRequest(stack, options, context);
  const { again } = request;
  return withLock(stack, hosts, { ...request, ...(otherwise && { otherwise }) }, context, async (inner, sessions) => {
    await before(inner, sessions);
    const run = { stack, hosts, ansible, options, verb: "apply", title: "Apply the roles", again };
    const result = await runSite(run, inner);
    const { running } = await lookForRelease(stack, sessions);
    if (running !== undefined) await writeReleaseRecord(stack.directory, running);
    return result;
  });
}
