import { ensureAnsible } from "../ansible/find.ts";
import { type Artifact, archiveOf, packArtifact } from "../artifact/artifact.ts";
import { packNode } from "../artifact/node.ts";
import { EXIT, QuintetError } from "../errors.ts";
import { appSecrets } from "../generate/app-secrets.ts";
import { environmentOf } from "../generate/environment.ts";
import { writeReleaseRecord } from "../generate/release-record.ts";
import { lookAtReleases, nextRelease, type Situation } from "../release/look.ts";
import { sendParcels } from "../release/send.ts";
import { callTool, streamTool, ToolFailure } from "../release/tool.ts";
import type { Sessions } from "../remote/sessions.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { loadStack } from "./load-stack.ts";
import { withLock } from "./locked.ts";
import { withDirectory } from "./locked-directory.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { approach } from "./preflight.ts";
import { hostsOfRelease } from "./release-sessions.ts";
import { step } from "./step.ts";
import { type BroughtIn, bringIn } from "./switch-release.ts";
import { vaultOf } from "./vault.ts";

export interface ReleaseOptions extends CommonOptions, PinOptions {
  /** App hosts that change at the same time. */
  readonly batch?: number;
  /** Releases that each host keeps. */
  readonly keep?: number;
  readonly lockWait?: string;
}

/** `quintet release`: the application as it is in app.source, brought to the hosts without losing a request. */
export async function releaseCommand(options: ReleaseOptions, context: CommandContext): Promise<void> {
  const stack = await loadStack(options.stack, context);
  const outcome = await releaseStack(stack, options, context);
  context.emit({
    type: "result",
    verb: "release",
    status: "passed",
    text:
      outcome.switched === undefined
        ? [`Nothing has changed: the hosts run this very application, as release ${outcome.release}.`]
        : [
            `Release ${outcome.release} is live${outcome.switched.cut === 0 ? "" : `; ${outcome.switched.cut} long connections were cut off`}.`,
            `Take it back: ${commandLine(context, stack, "rollback")}`,
          ],
    data: outcome,
  });
}

interface Outcome {
  readonly release: string;
  readonly artifact: string;
  readonly revision: string | undefined;
  /** undefined: there was nothing to do. */
  readonly switched: BroughtIn | undefined;
}

/** Pack, lock, look, upload, prepare, migrate, then switch; nothing where the hosts run this very application. */
export async function releaseStack(stack: Stack, options: ReleaseOptions, context: CommandContext): Promise<Outcome> {
  const hosts = hostsOfRelease(stack);
  const again = commandLine(context, stack, "release");
  const request = { command: "release", again, lockWait: options.lockWait, hostsMayGo: true };
  await approach(stack, options, context);
  return withDirectory(stack, request, context, async () => {
    const secrets = await secretsOf(stack, context);
    const artifact = await pack(stack, context);
    return withLock(stack, hosts, request, context, async (inner, sessions) => {
      const situation = await lookAtReleases(stack, sessions);
      const wanted = {
        artifact: artifact.id,
        environment: { ...environmentOf(stack), ...secrets },
        by: context.userName,
        revision: artifact.revision ?? null,
      };
      const running = await runningAlready(stack, wanted, situation, sessions);
      const { id, revision, runtime } = artifact;
      if (running !== undefined) {
        await writeReleaseRecord(stack.directory, { release: running, artifact: id, revision, runtime });
        return { release: running, artifact: id, revision, switched: undefined };
      }
      const release = nextRelease(situation);
      await send(stack, artifact, situation, sessions, inner);
      await prepare(stack, release, wanted, sessions, inner);
      await migrate(stack, release, sessions, inner);
      const target = { release, artifact: id, revision, runtime };
      const switched = await bringIn(stack, { target, situation, sessions, again, ...options }, inner);
      return { release, artifact: id, revision, switched };
    });
  });
}

async function secretsOf(stack: Stack, context: CommandContext): Promise<Record<string, string>> {
  if (stack.app.secrets.length === 0) return {};
  return appSecrets(stack, vaultOf(await ensureAnsible(context, context.emit), context));
}

async function pack(stack: Stack, context: CommandContext): Promise<Artifact> {
  const { run, signal, emit } = context;
  return step(context, "pack", "Build and pack the application", [], async () => {
    const onLine = (line: string) => emit({ type: "row", step: "pack", row: "build", status: "running", text: line });
    const result = await packArtifact(stack, { run, signal, onLine });
    return { result, summary: `artifact ${result.id}${result.revision === undefined ? "" : `, ${result.revision}`}` };
  });
}

/** The release that all hosts run, where it is this very one, and healthy. */
async function runningAlready(
  stack: Stack,
  wanted: { readonly artifact: string; readonly environment: Record<string, string> },
  { app, web }: Situation,
  sessions: Sessions,
): Promise<string | undefined> {
  const current = app[0]?.current;
  if (!current || app.some((one) => one.current !== current || !one.healthy)) return undefined;
  if (web.some((one) => one.current !== wanted.artifact)) return undefined;
  const input = `${JSON.stringify(wanted)}\n`;
  const answers = await Promise.all(
    hostsOf(stack, "app").map(async ({ name }) =>
      callTool<{ same: boolean }>(await sessions.to(name), ["app", "same"], { input, timeoutMs: 30_000 }),
    ),
  );
  return answers.every(({ same }) => same) ? current : undefined;
}

async function send(
  stack: Stack,
  { id, runtime }: Artifact,
  situation: Situation,
  sessions: Sessions,
  context: CommandContext,
): Promise<void> {
  const { run, signal, emit } = context;
  const rows = [...new Set([...situation.web, ...situation.app].map(({ host }) => host))];
  await step(context, "send", "Upload it", rows, async () => {
    const parcels = {
      artifact: id,
      app: archiveOf(stack, "app", id),
      web: archiveOf(stack, "web", id),
      runtime,
      runtimeFor: (architecture: Parameters<typeof packNode>[2]) =>
        packNode(stack, runtime ?? "", architecture, { run, signal }),
    };
    const sent = await sendParcels(parcels, situation, sessions, signal, emit).catch((error: unknown) => {
      throw notReleased(stack, error, context, "The site runs on as it was; nothing was switched.");
    });
    return { result: undefined, summary: sent === 0 ? "it is there already" : `${sent} hosts` };
  });
}

async function prepare(
  stack: Stack,
  release: string,
  wanted: unknown,
  sessions: Sessions,
  context: CommandContext,
): Promise<void> {
  const input = `${JSON.stringify(wanted)}\n`;
  await Promise.all(
    hostsOf(stack, "app").map(async ({ name }) =>
      callTool(await sessions.to(name), ["app", "prepare", release], { input, timeoutMs: 600_000 }),
    ),
  ).catch((error: unknown) => {
    throw notReleased(stack, error, context, "The site runs on as it was; nothing was switched.");
  });
}

/** On the first app host, before any of it gets a request. */
async function migrate(stack: Stack, release: string, sessions: Sessions, context: CommandContext): Promise<void> {
  const [first] = hostsOf(stack, "app");
  if (stack.app.migrate === undefined || first === undefined) return;
  const { signal, emit } = context;
  await step(context, "migrate", "Migrate the database", [], async () => {
    const say = (line: string) => emit({ type: "log", host: first.name, line });
    const session = await sessions.to(first.name);
    await streamTool(session, ["app", "migrate", release], say, signal).catch(async (error: unknown) => {
      await callTool(session, ["app", "mark", release, "failed"], { timeoutMs: 10_000 }).catch(() => {});
      throw notReleased(
        stack,
        error,
        context,
        "The site runs on with the release before. What the migration did until then stays in the database: see that it can be run again.",
      );
    });
    return { result: undefined };
  });
}

function notReleased(stack: Stack, error: unknown, context: CommandContext, state: string): unknown {
  if (!(error instanceof ToolFailure)) return error;
  return new QuintetError(
    {
      message: `${error.host}: ${error.message}`,
      exitCode: EXIT.apply,
      host: error.host,
      step: "Release the application",
      detail: error.detail.join("\n"),
      next: `${state} After mending it: ${commandLine(context, stack, "release")}`,
    },
    { cause: error },
  );
}
