import { QuintetError } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { Sessions } from "../remote/sessions.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import { type Balancers, balancersOf } from "./balancers.ts";
import { callTool, ToolFailure } from "./tool.ts";

/** The change from what runs to another release, host by host. */
export interface Switch {
  readonly stack: Stack;
  readonly sessions: Sessions;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** What the app hosts are to run, and the web hosts. */
  readonly release: string;
  readonly artifact: string;
  /** App host -> what it runs before; null: nothing. */
  readonly before: ReadonlyMap<string, string | null>;
  /** Web host -> artifact. */
  readonly staticBefore: ReadonlyMap<string, string | null>;
  /** App hosts that change at the same time. */
  readonly batch: number;
}

export interface Switched {
  /** Requests and websockets that did not end within the time that they were given. */
  readonly cut: number;
}

/** Why a switch did not come about; all that changed has gone back, but for what `left` says. */
export class SwitchFailure extends Error {
  readonly host: string;
  readonly detail: readonly string[];
  readonly left: readonly string[];
  constructor(failure: { host: string; message: string; detail: readonly string[] }, left: readonly string[]) {
    super(failure.message);
    this.host = failure.host;
    this.detail = failure.detail;
    this.left = left;
  }
}

const STEP = "switch";
/** How long a host is watched once it is healthy. */
const WATCH_MS = 500;
/** For the balancers to find a healthy server healthy. */
const UP_MS = 20_000;

/**
 * Static files first, so that no new page asks for one that is not there; then the app hosts, a batch at a time. A host
 * is drained while the one before it is watched, and changed once that one was well.
 */
export async function switchRelease(change: Switch): Promise<Switched> {
  const { stack, sessions, emit, signal, batch } = change;
  const balancers = balancersOf(stack, sessions, (balancer, why) =>
    emit({ type: "warning", message: `${balancer} is lost (${why}); going on with the other balancer.` }),
  );
  const hosts = hostsOf(stack, "app").map(({ name }) => name);
  let cut = 0;
  let well: Promise<unknown> = handled(activateStatic(change, () => change.artifact));
  try {
    for (let at = 0; at < hosts.length; at += batch) {
      signal.throwIfAborted();
      const before = well;
      const turns = await allOf(
        hosts.slice(at, at + batch).map((host) => takeTurn(change, balancers, host, change.release, before)),
      );
      for (const turn of turns) cut += turn.cut;
      well = handled(allOf(turns.map((turn) => turn.well)));
    }
    await well;
    return { cut };
  } catch (error) {
    if (signal.aborted || !(error instanceof Error)) throw error;
    const host = hostOf(error);
    const left = [...notWellBack(error), ...(await goBack(change, balancers, host))];
    const detail = error instanceof ToolFailure ? error.detail : [];
    throw new SwitchFailure({ host: host ?? "a host", message: error.message, detail }, left);
  }
}

/** All of them, or the first failure once none goes on any more. */
async function allOf<Result>(work: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** What it says is heard later. */
function handled<Result>(work: Promise<Result>): Promise<Result> {
  work.catch(() => {});
  return work;
}

function hostOf(error: Error): string | undefined {
  if (error instanceof ToolFailure) return error.host;
  return error instanceof QuintetError ? error.fields.host : undefined;
}

/** The host went back by itself, and what it ran before does not start any more either. */
function notWellBack(error: Error): string[] {
  if (!(error instanceof ToolFailure) || error.answer["back_healthy"] !== false) return [];
  const back = error.answer["back"];
  return [`${error.host} went back${back === null ? "" : ` to release ${back}`}, and is not healthy with that either`];
}

interface Turn {
  readonly cut: number;
  /** The host was watched, and stayed healthy. */
  readonly well: Promise<void>;
}

/** Drain, wait for `before`, switch, wait until it is healthy, let requests in again; it is watched from then on. */
async function takeTurn(
  change: Switch,
  balancers: Balancers,
  host: string,
  release: string,
  before: Promise<unknown> = Promise.resolve(),
): Promise<Turn> {
  const { drain_timeout_s, start_timeout_s } = change.stack.app;
  const row = (status: "running" | "done" | "failed", text: string) =>
    change.emit({ type: "row", step: STEP, row: host, status, text });
  const fail = (error: unknown): never => {
    row("failed", error instanceof Error ? error.message : String(error));
    throw error;
  };
  const session = await change.sessions.to(host).catch(fail);
  row("running", "draining");
  const most = drain_timeout_s * 1000;
  const cut = await balancers.drain(host, most, most + 2 * start_timeout_s * 1000 + 60_000);
  await before.catch(async (error: unknown) => {
    await balancers.ready(host, UP_MS);
    row("done", "stays as it was");
    throw error;
  });
  row("running", cut === 0 ? "switching" : `switching; ${cut} did not end within ${drain_timeout_s} s`);
  // Its own bound, and that of going back; then the time that a restart may take.
  const timeoutMs = 2 * (start_timeout_s + 30) * 1000;
  const { ms } = await callTool<{ ms: number }>(session, ["app", "activate", release], { timeoutMs }).catch(
    async (error: unknown) => {
      // It runs what it ran before, or is lost: the balancers see for themselves which.
      await balancers.ready(host, UP_MS);
      return fail(error);
    },
  );
  row("running", "back in, and watched");
  const watch = handled(callTool(session, ["app", "watch", String(WATCH_MS)], { timeoutMs: 30_000 }));
  if (!(await balancers.ready(host, UP_MS)))
    // An application that does not stay healthy says more of why.
    await watch.then(() => fail(new ToolFailure(host, { error: "The balancers do not find it healthy." })), fail);
  const ended = cut === 0 ? "" : `; ${cut} cut off after ${drain_timeout_s} s`;
  const well = watch.then(() => row("done", `release ${release}, healthy after ${ms} ms${ended}`), fail);
  return { cut, well: handled(well) };
}

/** Everything as it was. Returns what could not be brought back, in words. */
async function goBack(change: Switch, balancers: Balancers, failed: string | undefined): Promise<string[]> {
  const left: string[] = [];
  for (const [host, before] of [...change.before].toReversed()) {
    if (before === null) continue;
    try {
      const session = await change.sessions.to(host);
      const { current } = await callTool<{ current: string | null }>(session, ["app", "current"], {
        timeoutMs: 30_000,
      });
      if (current !== change.release) continue;
      if (host !== failed && (await balancers.othersUp(host)) < 1) {
        left.push(`${host} runs on with release ${change.release}: it is the only one that answers`);
        continue;
      }
      const { well } = await takeTurn(change, balancers, host, before);
      await well;
    } catch (error) {
      left.push(`${host} may still run release ${change.release}: ${error instanceof Error ? error.message : error}`);
    }
  }
  // What runs on needs its static files; those of the release before are found, too.
  if (left.length > 0) return left;
  try {
    await activateStatic(change, (host) => change.staticBefore.get(host) ?? change.artifact);
  } catch (error) {
    left.push(`static files: ${error instanceof Error ? error.message : error}`);
  }
  return left;
}

async function activateStatic({ stack, sessions }: Switch, artifactFor: (host: string) => string): Promise<void> {
  const ends = await Promise.allSettled(
    hostsOf(stack, "web").map(async ({ name }) =>
      callTool(await sessions.to(name), ["web", "activate", artifactFor(name)], { timeoutMs: 30_000 }),
    ),
  );
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
