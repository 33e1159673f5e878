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
/** How long a host is watched once it is back in. */
const WATCH_MS = 1_000;
/** For the balancers to find a healthy server healthy. */
const UP_MS = 20_000;

/** Static files first, so that no new page asks for one that is not there; then the app hosts, a batch at a time. */
export async function switchRelease(change: Switch): Promise<Switched> {
  const { stack, sessions, emit, signal, batch } = change;
  const balancers = balancersOf(stack, sessions, (balancer, why) =>
    emit({ type: "warning", message: `${balancer} is lost (${why}); going on with the other balancer.` }),
  );
  const hosts = hostsOf(stack, "app").map(({ name }) => name);
  const done: string[] = [];
  let cut = 0;
  try {
    await activateStatic(change, () => change.artifact);
    for (let at = 0; at < hosts.length; at += batch) {
      signal.throwIfAborted();
      const turns = hosts.slice(at, at + batch).map(async (host) => {
        cut += await takeTurn(change, balancers, host, change.release);
        done.push(host);
      });
      const ends = await Promise.allSettled(turns);
      const failed = ends.find((end) => end.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    }
    return { cut };
  } catch (error) {
    if (signal.aborted || !(error instanceof Error)) throw error;
    const left = [...notWellBack(error), ...(await goBack(change, balancers, done))];
    const host = error instanceof ToolFailure ? error.host : hostOf(error);
    const detail = error instanceof ToolFailure ? error.detail : [];
    throw new SwitchFailure({ host, message: error.message, detail }, left);
  }
}

/** The host went back by itself, and what it ran before does not start any more either. */
function notWellBack(error: Error): string[] {
  if (!(error instanceof ToolFailure) || error.answer["back_healthy"] !== false) return [];
  const back = error.answer["back"];
  return [`${error.host} went back${back === null ? "" : ` to release ${back}`}, and is not healthy with that either`];
}

/** Drain, switch, wait until it is healthy, let requests in again, watch. Returns how much was cut off. */
async function takeTurn(change: Switch, balancers: Balancers, host: string, release: string): Promise<number> {
  const { stack, sessions } = change;
  const { drain_timeout_s, start_timeout_s } = stack.app;
  const row = (status: "running" | "done" | "failed", text: string) =>
    change.emit({ type: "row", step: STEP, row: host, status, text });
  const session = await sessions.to(host);
  try {
    row("running", "draining");
    const most = drain_timeout_s * 1000;
    const cut = await balancers.drain(host, most, most + 2 * start_timeout_s * 1000 + 60_000);
    row("running", cut === 0 ? "switching" : `switching; ${cut} did not end within ${drain_timeout_s} s`);
    // Its own bound, and that of going back; then the time that a restart may take.
    const timeoutMs = 2 * (start_timeout_s + 30) * 1000;
    const { ms } = await callTool<{ ms: number }>(session, ["app", "activate", release], { timeoutMs }).catch(
      async (error: unknown) => {
        // It runs what it ran before, or is lost: the balancers see for themselves which.
        await balancers.ready(host, UP_MS);
        throw error;
      },
    );
    row("running", "back in, and watched");
    const watch = callTool(session, ["app", "watch", String(WATCH_MS)], { timeoutMs: 30_000 });
    const [up, watched] = await Promise.allSettled([balancers.ready(host, UP_MS), watch]);
    if (watched.status === "rejected") throw watched.reason;
    if (up.status === "rejected") throw up.reason;
    if (!up.value) throw new ToolFailure(host, { error: "The balancers do not find it healthy." });
    const ended = cut === 0 ? "" : `; ${cut} cut off after ${drain_timeout_s} s`;
    row("done", `release ${release}, healthy after ${ms} ms${ended}`);
    return cut;
  } catch (error) {
    row("failed", error instanceof Error ? error.message : String(error));
    if (error instanceof Error) HOSTS.set(error, host);
    throw error;
  }
}

/** Which host an error that names none is about. */
const HOSTS = new WeakMap<Error, string>();
const hostOf = (error: Error) => HOSTS.get(error) ?? "a host";

/** Everything as it was. Returns what could not be brought back, in words. */
async function goBack(change: Switch, balancers: Balancers, done: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (const host of done.toReversed()) {
    const before = change.before.get(host);
    if (before === null || before === undefined) continue;
    if ((await balancers.othersUp(host)) < 1) {
      left.push(`${host} runs on with release ${change.release}: it is the only one that answers`);
      continue;
    }
    try {
      await takeTurn(change, balancers, host, before);
    } catch (error) {
      left.push(`${host} still runs release ${change.release}: ${error instanceof Error ? error.message : error}`);
    }
  }
  // A host that watched badly after its switch, or was lost, is asked what it runs.
  for (const [host, before] of change.before) {
    if (done.includes(host) || before === null) continue;
    try {
      const session = await change.sessions.to(host);
      const { current } = await callTool<{ current: string | null }>(session, ["app", "current"], {
        timeoutMs: 30_000,
      });
      if (current === change.release) await takeTurn(change, balancers, host, before);
    } catch (error) {
      left.push(`${host} could not be asked: ${error instanceof Error ? error.message : error}`);
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
