import { EXIT, QuintetError } from "../errors.ts";
import type { FirstRelease } from "../generate/locals.ts";
import { writeReleaseRecord } from "../generate/release-record.ts";
import type { Situation } from "../release/look.ts";
import { SwitchFailure, switchRelease } from "../release/switch.ts";
import { callTool } from "../release/tool.ts";
import type { Sessions } from "../remote/sessions.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";
import { step } from "./step.ts";

export interface BringIn {
  readonly target: FirstRelease;
  readonly situation: Situation;
  readonly sessions: Sessions;
  /** What has to be typed to run it again, for advice. */
  readonly again: string;
  readonly batch?: number;
  readonly keep?: number;
}

export interface BroughtIn {
  /** Requests and websockets that did not end within app.drain_timeout_s. */
  readonly cut: number;
}

/** The step that changes what visitors get, for `release` and `rollback`; exit code 4 where everything went back. */
export async function bringIn(stack: Stack, request: BringIn, context: CommandContext): Promise<BroughtIn> {
  const { target, situation, sessions, again, batch = 1 } = request;
  const { emit, signal } = context;
  const apps = hostsOf(stack, "app").map(({ name }) => name);
  if (apps.length <= batch) {
    const message =
      apps.length === 1
        ? "There is one app host only: visitors get the maintenance page while it restarts."
        : "All app hosts change at the same time: visitors get the maintenance page meanwhile.";
    emit({ type: "warning", message });
  }
  const switched = await step(context, "switch", `Switch to release ${target.release}`, apps, async () => {
    const result = await switchRelease({
      stack,
      sessions,
      emit,
      signal,
      release: target.release,
      artifact: target.artifact,
      before: new Map(situation.app.map(({ host, current }) => [host, current])),
      staticBefore: new Map(situation.web.map(({ host, current }) => [host, current])),
      batch,
    }).catch(async (error: unknown) => {
      if (!(error instanceof SwitchFailure)) throw error;
      if (error.left.length === 0) await markFailed(apps, target.release, sessions);
      throw failed(error, target.release, again);
    });
    return { result, summary: result.cut === 0 ? "nothing was cut off" : `${result.cut} long connections cut off` };
  });
  await writeReleaseRecord(stack.directory, target);
  await finish(stack, target.release, request.keep ?? stack.app.keep, sessions).catch((error: unknown) => {
    const message = `Old releases could not be removed: ${error instanceof Error ? error.message : error}`;
    emit({ type: "warning", message });
  });
  return switched;
}

/** As far as the hosts can be reached: one that was lost says itself, when it is back, that it is not healthy. */
async function markFailed(hosts: readonly string[], release: string, sessions: Sessions): Promise<void> {
  await Promise.allSettled(
    hosts.map(async (name) =>
      callTool(await sessions.to(name), ["app", "mark", release, "failed"], { timeoutMs: 10_000 }),
    ),
  );
}

/** It is good from now on; what nobody needs any more is removed. */
async function finish(stack: Stack, release: string, keep: number, sessions: Sessions): Promise<void> {
  const timeoutMs = 120_000;
  const call = async <Answer>(host: string, words: readonly string[]) =>
    callTool<Answer>(await sessions.to(host), words, { timeoutMs });
  const apps = hostsOf(stack, "app").map(({ name }) => name);
  const kept = await Promise.all(
    apps.map((host) => call<{ used: string[] }>(host, ["app", "finish", release, String(keep)])),
  );
  const used = [...new Set(kept.flatMap((one) => one.used))];
  await Promise.all(hostsOf(stack, "web").map(({ name }) => call(name, ["web", "prune", ...used])));
}

function failed(error: SwitchFailure, release: string, again: string): QuintetError {
  const back =
    error.left.length === 0
      ? "The site runs on with the release before."
      : `Not all of it is as it was: ${error.left.join("; ")}.`;
  return new QuintetError(
    {
      message: `Release ${release} failed on ${error.host}: ${error.message}`,
      exitCode: EXIT.apply,
      host: error.host,
      step: "Switch the release",
      detail: error.detail.join("\n"),
      next: `${back} After mending it: ${again}`,
    },
    { cause: error },
  );
}
