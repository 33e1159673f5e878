import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT, QuintetError } from "../errors.ts";
import { type Claim, lineOf } from "../lock/claim.ts";
import { keepLocks, type Loss, RETAKE_MS, type Watcher, WHENEVER_MS } from "../lock/keep.ts";
import { lockSession } from "../lock/lock-session.ts";
import { lockArgv } from "../lock/script.ts";
import { LockFailure, type Taken, takeAll } from "../lock/take.ts";
import { heldError, holderText, lostError } from "../lock/words.ts";
import type { LockWorld } from "../lock/world.ts";
import { makeSessions, type Sessions } from "../remote/sessions.ts";
import type { Host, Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";
import { lockWaitMs } from "./flag-values.ts";
import { step } from "./step.ts";

export interface LockRequest {
  /** The command line without the program and without anything secret, for example "apply --limit web". */
  readonly command: string;
  /** What has to be typed to run it again, for advice. */
  readonly again: string;
  /** As --lock-wait says it. */
  readonly lockWait?: string | undefined;
  /** The work takes hosts away itself: that the locks of those go with them, and come back, is no news. */
  readonly hostsMayGo?: boolean;
  /** What to do about hosts that can be neither locked nor are held, before that is thrown: say more of what is wrong. */
  readonly otherwise?: () => Promise<unknown>;
}

/** How often a lock that somebody else has is asked for. */
const ASK_AGAIN_MS = 2_000;

/**
 * Holds the locks of these hosts while `work` runs. Somebody else has one: exit code 6, after --lock-wait. A lock that
 * is lost and cannot be had again aborts the signal of the context that `work` gets. The locks are let go in any case.
 * `work` may use their connections, too.
 */
export async function withLock<Result>(
  stack: Stack,
  hosts: readonly Host[],
  request: LockRequest,
  context: CommandContext,
  work: (context: CommandContext, sessions: Sessions) => Promise<Result>,
): Promise<Result> {
  const { emit, login, signal } = context;
  const waitMs = lockWaitMs(request.lockWait);
  // Over the whole run, so that it outlives an abort by the moment that letting go takes.
  const sessions = makeSessions(stack, (of, host, options) =>
    login.connect(of, host, { ...options, signal, timeoutMs: 8_000 }),
  );
  const world = worldOf(sessions);
  const claim: Claim = {
    run: randomUUID(),
    user: context.userName,
    computer: hostname(),
    command: `quintet ${request.command}`,
  };
  // A suspended run would lose its locks, while the Ansible that it started went on.
  const stay = () => emit({ type: "info", message: "Not suspended: this run locks its hosts." });
  process.on("SIGTSTP", stay);
  try {
    const taken = await take(hosts, claim, { ...request, waitMs }, world, context).catch(async (error: unknown) => {
      signal.throwIfAborted();
      if (!(error instanceof QuintetError && error.fields.exitCode === EXIT.locked)) await request.otherwise?.();
      throw error;
    });
    const lost = new AbortController();
    const say = request.hostsMayGo ? () => {} : emit;
    const watcher: Watcher = {
      losing: (host) => say({ type: "warning", message: `The lock on ${host} was lost; taking it again.` }),
      retaken: (host) => say({ type: "info", message: `The lock on ${host} is ours again.` }),
      lost: (host, why) => lost.abort(new QuintetError(lostError(host, lossText(why, context.now()), request.again))),
    };
    const keeper = keepLocks(taken, claim, world, watcher, request.hostsMayGo ? WHENEVER_MS : RETAKE_MS);
    try {
      const inner = { ...context, lockedAs: claim.run, signal: AbortSignal.any([signal, lost.signal]) };
      return await work(inner, sessions);
    } catch (error) {
      // What the work says of its abort, or of a host that went, is not the reason.
      if (lost.signal.aborted && !signal.aborted) throw lost.signal.reason;
      throw error;
    } finally {
      await keeper.release();
    }
  } finally {
    process.removeListener("SIGTSTP", stay);
    sessions.close();
  }
}

async function take(
  hosts: readonly Host[],
  claim: Claim,
  { again, waitMs }: LockRequest & { readonly waitMs: number },
  world: LockWorld,
  context: CommandContext,
): Promise<Taken> {
  const names = hosts.map((host) => host.name);
  return step(context, "lock", "Lock the hosts", names, async () => {
    const row = (host: string, status: "running" | "done" | "failed", text: string) =>
      context.emit({ type: "row", step: "lock", row: host, status, text });
    const end = world.monotonic() + waitMs;
    for (const name of names) row(name, "running", "asking for the lock");
    let told: string | undefined;
    for (;;) {
      const result = await takeAll(names, lineOf(claim), world, context.signal).catch((error: unknown) => {
        if (!(error instanceof LockFailure)) throw error;
        row(error.host, "failed", error.message);
        throw notLocked(error, again);
      });
      if (!("holder" in result)) {
        for (const name of names) row(name, "done", "locked");
        return { result, summary: names.length === 1 ? "1 host" : `${names.length} hosts` };
      }
      const { host, holder } = result;
      const left = end - world.monotonic();
      row(host, left > 0 ? "running" : "failed", holderText(holder, context.now()));
      if (left <= 0) throw new QuintetError(heldError(host, holder, context.now(), again));
      // Where rows do not move, this is all that is seen of the waiting.
      const key = `${host} ${holder.claim?.run}`;
      if (key !== told) {
        const message = `Waiting up to ${Math.ceil(left / 1000)} s for the lock on ${host}: ${holderText(holder, context.now())}.`;
        context.emit({ type: "info", message });
      }
      told = key;
      await world.sleep(Math.min(ASK_AGAIN_MS, left), context.signal);
    }
  });
}

function worldOf(sessions: Sessions): LockWorld {
  const open = async (host: string) => {
    const session = await sessions.to(host);
    return lockSession((onLine) => session.stream(lockArgv(), onLine, { sudo: true }));
  };
  return {
    open,
    reopen(host) {
      sessions.forget(host);
      return open(host);
    },
    monotonic: () => performance.now(),
    sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  };
}

function notLocked(failure: LockFailure, again: string): QuintetError {
  if (failure.cause instanceof QuintetError) return failure.cause;
  return new QuintetError(
    {
      message: `${failure.host} could not be locked.`,
      exitCode: EXIT.preflight,
      host: failure.host,
      step: "Take the lock",
      detail: failure.message,
      next: `Locking needs flock (package util-linux) and a /run that root can write to. After mending it: ${again}`,
    },
    { cause: failure },
  );
}

function lossText(why: Loss, now: Date): string {
  switch (why.kind) {
    case "held":
      return holderText(why.holder, now);
    case "was held":
      return "another run has had it since";
    case "out of reach":
      return `it could not be taken again within ${RETAKE_MS / 1000} s${why.detail === "" ? "" : ` (${why.detail})`}`;
  }
}
