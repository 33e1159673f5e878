import { EXIT, QuintetError } from "../errors.ts";
import { goodReleases, type KnownRelease, lookAtReleases, type Situation } from "../release/look.ts";
import type { Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { loadStack } from "./load-stack.ts";
import { withLock } from "./locked.ts";
import { withDirectory } from "./locked-directory.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { approach } from "./preflight.ts";
import { hostsOfRelease } from "./release-sessions.ts";
import { bringIn } from "./switch-release.ts";

export interface RollbackOptions extends CommonOptions, PinOptions {
  readonly batch?: number;
  readonly lockWait?: string;
}

/** `quintet rollback`: an older release that was good, from what the hosts have: no network, no build, no migration. */
export async function rollbackCommand(
  wanted: string | undefined,
  options: RollbackOptions,
  context: CommandContext,
): Promise<void> {
  const stack = await loadStack(options.stack, context);
  const again = commandLine(context, stack, wanted === undefined ? "rollback" : `rollback ${wanted}`);
  const request = { command: "rollback", again, lockWait: options.lockWait, hostsMayGo: true };
  await approach(stack, options, context);
  const outcome = await withDirectory(stack, request, context, () =>
    withLock(stack, hostsOfRelease(stack), request, context, async (inner, sessions) => {
      const situation = await lookAtReleases(stack, sessions);
      const found = candidate(stack, situation, wanted, context);
      const target = {
        release: found.release,
        artifact: found.artifact,
        ...(found.revision === null ? {} : { revision: found.revision }),
        ...(found.runtime ? { runtime: found.runtime } : {}),
      };
      const switched = await bringIn(stack, { target, situation, sessions, again, ...options }, inner);
      return { ...target, ...switched };
    }),
  );
  context.emit({
    type: "result",
    verb: "rollback",
    status: "passed",
    text: [`Release ${outcome.release} is live again.`],
    data: outcome,
  });
}

/** Default: the newest good one that is older than what runs; a release that failed is none. */
function candidate(
  stack: Stack,
  situation: Situation,
  wanted: string | undefined,
  context: CommandContext,
): KnownRelease {
  const running = Math.max(0, ...situation.app.map(({ current }) => Number(current)));
  const good = goodReleases(situation).filter(
    ({ artifact, release }) =>
      situation.web.every(({ artifacts }) => artifacts.includes(artifact)) &&
      situation.app.some(({ current }) => current !== release),
  );
  const found = good.find(({ release }) => (wanted === undefined ? Number(release) < running : release === wanted));
  if (found !== undefined) return found;
  const others = good.map(({ release }) => release);
  throw new QuintetError({
    message:
      wanted === undefined
        ? "There is no older release that was good."
        : `Release ${wanted} cannot be gone back to: it runs already, failed, or is not on every host.`,
    exitCode: EXIT.usage,
    step: "Choose a release",
    next:
      others.length === 0
        ? `See what there is: ${commandLine(context, stack, "releases")}`
        : `Name one of ${others.join(", ")}: ${commandLine(context, stack, `rollback ${others[0]}`)}`,
  });
}
