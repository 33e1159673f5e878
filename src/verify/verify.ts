import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { Machines } from "../machines/machines.ts";
import type { Connect } from "../remote/connect.ts";
import { makeSessions } from "../remote/sessions.ts";
import {
  type CheckReport,
  type DrillReport,
  type IsolationReport,
  type Report,
  resultOf,
  writeReport,
} from "../report/schema.ts";
import { reportTables } from "../report/tables.ts";
import { PORTS } from "../stack/flows.ts";
import { type Host, hostsOf, type Stack } from "../stack/stack.ts";
import { checksFor } from "./checks/checks.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Context } from "./context.ts";
import { healLeftover } from "./drills/armed.ts";
import type { Drill, DrillContext } from "./drills/drill.ts";
import { drillsNamed } from "./drills/drills.ts";
import { waitForHealth } from "./health.ts";
import { tryIsolation } from "./isolation/isolation.ts";
import { makeLooks } from "./looks.ts";
import { runCheck } from "./run-check.ts";
import { ask, type Site } from "./site.ts";

export interface VerifyOptions {
  /** The hosts that it is about; default: all. */
  readonly hosts?: readonly Host[];
  /** Ids of drills, in the order to run them. */
  readonly drills: readonly string[] | "none";
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

/**
 * Runs the smoke checks and the drills, writes reports/<time>/report.json and shows it as tables.
 * Checks that fail are in the report; a QuintetError is for what keeps it from being made. An abort throws its reason.
 */
export async function verify(stack: Stack, options: VerifyOptions): Promise<Report> {
  const { hosts = stack.hosts, connect, signal, emit, command, clock = systemClock, machines } = options;
  const drills = options.drills === "none" ? [] : drillsNamed(options.drills);
  const startedAt = clock.now().toISOString();
  const site: Site = {
    address: stack.virtualIp.address,
    domain: stack.site.domain,
    ca: await readCa(stack.directory),
    ports: PORTS,
  };
  if (machines !== undefined) {
    const healed = await healLeftover(stack, machines);
    if (healed)
      emit({ type: "warning", message: `${healed} was without power since an interrupted drill; it is on again.` });
  }
  const sessions = makeSessions(stack, connect, signal);
  let flows: Promise<readonly IsolationReport[]> | undefined;
  const context: DrillContext = {
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
    machines,
    emit,
    command,
  };
  try {
    await settle(context, emit);
    const checks = await runChecks(context, emit);
    const isolation = [...(await context.flows().catch(() => []))];
    const drillReports: DrillReport[] = [];
    for (const drill of drills) drillReports.push(await runDrill(drill, context));
    const findings = { checks, isolation, drills: drillReports };
    const report: Report = {
      schemaVersion: 1,
      stack: stack.name,
      ...(hosts.length === stack.hosts.length ? {} : { limit: hosts.map((host) => host.name) }),
      startedAt,
      finishedAt: clock.now().toISOString(),
      result: resultOf(findings),
      ...findings,
    };
    await writeReport(stack.directory, report);
    for (const table of reportTables(report)) emit(table);
    return report;
  } finally {
    sessions.close();
  }
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

async function runChecks(context: Context, emit: Emit): Promise<CheckReport[]> {
  const step = "checks";
  const begin = context.clock.monotonic();
  const checks = checksFor(context.hosts);
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

async function runDrill(drill: Drill, context: DrillContext): Promise<DrillReport> {
  const begin = context.clock.monotonic();
  const rows = ["load", ...hostsOf(context.stack, "loadbalancer").map((host) => host.name)];
  context.emit({ type: "step-started", step: drill.id, title: drill.title, rows });
  const report = await drill.run(context);
  const status = report.status === "passed" ? "done" : report.status;
  const { measured, reason } = report;
  const summary = reason ?? (measured ? `${measured.downtimeMs} ms without an answer` : "");
  const durationMs = context.clock.monotonic() - begin;
  context.emit({ type: "step-finished", step: drill.id, status, durationMs, summary });
  return report;
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
