import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { Machines } from "../machines/machines.ts";
import type { Connect } from "../remote/connect.ts";
import type { Session } from "../remote/session.ts";
import { makeSessions } from "../remote/sessions.ts";
import { type CheckReport, type IsolationReport, type Report, resultOf } from "../report/schema.ts";
import { reportTables } from "../report/tables.ts";
import { writeReport } from "../report/write.ts";
import { PORTS } from "../stack/flows.ts";
import type { Host, Stack } from "../stack/stack.ts";
import { checksFor, checksNamed } from "./checks/checks.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Check, Context } from "./context.ts";
import { healLeftover } from "./drills/armed.ts";
import type { DrillContext } from "./drills/drill.ts";
import { drillsNamed } from "./drills/drills.ts";
import { runDrills } from "./drills/run-drills.ts";
import { fetchFrom } from "./fetch.ts";
import { waitForHealth } from "./health.ts";
import { tryIsolation } from "./isolation/isolation.ts";
import { readBack } from "./load/read-back.ts";
import { startLoad } from "./load/start-load.ts";
import { makeLooks } from "./looks.ts";
import { runCheck } from "./run-check.ts";
import { ask, type Site } from "./site.ts";

export interface VerifyOptions {
  /** The hosts that it is about; default: all. */
  readonly hosts?: readonly Host[];
  /** Ids of the only smoke checks; default: all that are about these hosts. */
  readonly checks?: readonly string[];
  /** Ids of drills, in the order to run them. */
  readonly drills: readonly string[];
  /** Requests a second in a drill; default: as stack.yml says. */
  readonly rate?: number;
  /** How long a drill watches what it has broken, at least. */
  readonly watchMs?: number;
  /** What every drill may cost; default: as stack.yml says, or each drill itself. */
  readonly maxDowntimeMs?: number;
  /** The power switch of rehearsal machines; without it, drills that need one are skipped. */
  readonly machines?: Machines;
  readonly connect: Connect;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** A verb of ours as the user would type it about this stack, for advice. */
  readonly command: (verb: string) => string;
  readonly clock?: Clock;
}

const SETTLE_LIMIT_MS = 30_000;
/** A drill watches what it has broken for this long at least. */
const WATCH_MS = 4_000;

/**
 * Runs the smoke checks and the drills, writes reports/<time>/report.json and shows it as tables.
 * Checks that fail are in the report; a QuintetError is for what keeps it from being made. An abort throws its reason.
 */
export async function verify(stack: Stack, options: VerifyOptions): Promise<Report> {
  const { hosts = stack.hosts, connect, signal, emit, command, clock = systemClock, machines } = options;
  const drills = drillsNamed(options.drills);
  const checks = options.checks === undefined ? undefined : checksNamed(options.checks);
  const startedAt = clock.now().toISOString();
  const site: Site = {
    address: stack.virtualIp.address,
    domain: stack.site.domain,
    ca: await readCa(stack.directory),
    ports: PORTS,
  };
  const sessions = makeSessions(stack, connect, signal);
  // What a drill has broken is mended also after an abort.
  const drillSessions = makeSessions(stack, connect);
  let flows: Promise<readonly IsolationReport[]> | undefined;
  const context: Context = {
    stack,
    hosts,
    site,
    sessions,
    ask: (request) => ask(site, request),
    ...makeLooks({ stack, hosts, site, sessions, clock, signal }),
    warn: (message) => emit({ type: "warning", message }),
    flows: () => {
      flows ??= tryIsolation({ stack, hosts, sessions, signal });
      return flows;
    },
    clock,
    signal,
  };
  const drillContext: DrillContext = {
    ...context,
    sessions: drillSessions,
    machines,
    emit,
    command,
    rate: options.rate ?? stack.drills.rate,
    watchMs: options.watchMs ?? WATCH_MS,
    ...(options.maxDowntimeMs !== undefined && { maxDowntimeMs: options.maxDowntimeMs }),
    connect: (host) => connectTo(stack, connect, host),
    startLoad: (load) => startLoad(site, load, clock),
    page: async (path) => {
      const { status, headers, body } = await fetchFrom(site, { path, signal });
      return { status, headers, body: body.toString("utf8") };
    },
    readBack: (ids) => readBack(ids, { path: stack.checks.write ?? "/", ask: context.ask, clock, signal }),
  };
  try {
    await heal(drillContext);
    await settle(context, emit);
    const found = await runChecks(context, emit, checks);
    // Only where a check has asked for it.
    const isolation = [...((await flows?.catch(() => [])) ?? [])];
    const { reports, interrupted } = await runDrills(drills, found, drillContext);
    const findings = { checks: found, isolation, drills: reports };
    const report: Report = {
      schemaVersion: 2,
      stack: stack.name,
      hosts: stack.hosts.map(({ name, address, tiers }) => ({ name, address, tiers: [...tiers] })),
      virtualIp: stack.virtualIp.address,
      site: `https://${stack.site.domain}/`,
      ...(hosts.length === stack.hosts.length ? {} : { limit: hosts.map((host) => host.name) }),
      startedAt,
      finishedAt: clock.now().toISOString(),
      result: resultOf(findings),
      ...findings,
    };
    await writeReport(stack.directory, report);
    for (const table of reportTables(report)) emit(table);
    if (interrupted !== undefined) throw interrupted;
    return report;
  } finally {
    sessions.close();
    drillSessions.close();
  }
}

/** For those who watch a host that may be dead at this moment: they ask again soon. */
const WATCHER_CONNECT_MS = 2_500;

async function connectTo(stack: Stack, connect: Connect, name: string): Promise<Session> {
  const host = stack.hosts.find((one) => one.name === name);
  if (host === undefined) throw new Error(`the stack has no host ${name}`);
  return connect(stack, host, { timeoutMs: WATCHER_CONNECT_MS });
}

/** A drill that was killed has left something broken, which may not have mended itself yet. */
async function heal({ stack, machines, sessions, emit }: DrillContext): Promise<void> {
  const hosts = await healLeftover(stack, { machines, sessions });
  if (hosts.length === 0) return;
  emit({
    type: "warning",
    message: `A drill was interrupted: ${hosts.join(", ")} had to be looked after.`,
  });
}

/** Services that were just started may still be finding each other; the checks say what is wrong if that lasts. */
async function settle(context: Context, emit: Emit): Promise<void> {
  const step = "settle";
  const begin = context.clock.monotonic();
  emit({ type: "step-started", step, title: "Wait until the stack has settled", rows: [context.stack.name] });
  const tell = (text: string) => emit({ type: "row", step, row: context.stack.name, status: "running", text });
  const [problem] = await waitForHealth(context, SETTLE_LIMIT_MS, tell);
  const durationMs = context.clock.monotonic() - begin;
  const status = problem === undefined ? "done" : "failed";
  emit({ type: "row", step, row: context.stack.name, status, text: problem ?? "settled" });
  emit({ type: "step-finished", step, status, durationMs, ...(problem === undefined ? {} : { summary: problem }) });
}

async function runChecks(context: Context, emit: Emit, only?: readonly Check[]): Promise<CheckReport[]> {
  const step = "checks";
  const begin = context.clock.monotonic();
  const checks = checksFor(context.hosts, only);
  emit({ type: "step-started", step, title: "Run the smoke checks", rows: checks.map((check) => check.id) });
  const results = await Promise.all(
    checks.map(async (check) => {
      emit({ type: "row", step, row: check.id, status: "running", text: check.title });
      const found = await runCheck(check, context);
      const failed = found.find((one) => one.status === "failed");
      const text = failed ? `${failed.host}: ${failed.actual}` : check.title;
      emit({ type: "row", step, row: check.id, status: failed ? "failed" : "done", text });
      return found;
    }),
  );
  const all = results.flat();
  const count = (status: CheckReport["status"]) => all.filter((one) => one.status === status).length;
  const summary = `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`;
  const durationMs = context.clock.monotonic() - begin;
  emit({ type: "step-finished", step, status: count("failed") > 0 ? "failed" : "done", durationMs, summary });
  return all;
}

async function readCa(directory: string): Promise<string> {
  const path = join(directory, "files", "ca.pem");
  return readFile(path, "utf8").catch((error: Error) => {
    throw new QuintetError(
      {
        message: `The certificate of the stack's CA cannot be read from ${path}.`,
        exitCode: EXIT.verify,
        step: "read the CA certificate",
        detail: error.message,
        next: "Run generate and apply first: they make it.",
      },
      { cause: error },
    );
  });
}
