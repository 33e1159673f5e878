import path from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import type { Machines } from "../machines/machines.ts";
import type { Report } from "../report/schema.ts";
import { selectHosts } from "../stack/limit.ts";
import type { Host, Stack } from "../stack/stack.ts";
import { CHECKS, checksNamed } from "../verify/checks/checks.ts";
import { verify } from "../verify/verify.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import {
  agreeToDrills,
  type ChosenDrills,
  chosenDrills,
  type DrillOptions,
  drillsTable,
  refuseInapplicable,
} from "./drills.ts";
import { lockWaitMs } from "./flag-values.ts";
import { flagsFor } from "./flags.ts";
import { loadStack } from "./load-stack.ts";
import { withLock } from "./locked.ts";
import { rehearsalMachines, siteUrl } from "./machines.ts";
import { approach } from "./preflight.ts";

export interface VerifyCommandOptions extends CommonOptions, DrillOptions {
  readonly check?: readonly string[];
  readonly listChecks?: boolean;
  readonly lockWait?: string;
}

/** `quintet verify`: is the running stack what stack.yml promises? With --drills: also when something breaks? */
export async function verifyCommand(options: VerifyCommandOptions, context: CommandContext): Promise<void> {
  if (options.listChecks) return listChecks(context);
  const drills = chosenDrills(options);
  const checks = options.check && checksNamed(options.check).map(({ id }) => id);
  lockWaitMs(options.lockWait);
  const stack = await loadStack(options.stack, context);
  selectHosts(stack, options.limit);
  const machines = await rehearsalMachines(stack, context);
  if (options.listDrills) return listDrills(stack, machines, options, context);
  if (drills.ids.length > 0 && options.limit !== undefined) throw drillsAreOfAll(stack, context);
  refuseInapplicable(stack, machines, options);
  const hosts = await approach(stack, options, context);
  await agreeToDrills(stack, drills, machines, options, context);
  const request = { hosts, drills, ...(checks && { checks }), ...(machines && { machines }) };
  const report = await verifyStack(stack, request, options, context);
  context.emit({
    type: "result",
    verb: "verify",
    status: "passed",
    text: [`The site: ${siteUrl(stack)}`, `Report: ${reportPath(stack, context)}`],
    data: report,
  });
}

export interface VerifyRequest {
  /** Default: all. */
  readonly hosts?: readonly Host[];
  /** Ids of the only smoke checks. */
  readonly checks?: readonly string[];
  readonly drills?: ChosenDrills;
  /** Where they are rehearsal machines. */
  readonly machines?: Machines;
}

/**
 * Runs checks and drills. Throws (exit code 5) when one failed; the report is written either way. Drills take the locks
 * of the hosts: nobody else may change them meanwhile.
 */
export async function verifyStack(
  stack: Stack,
  { hosts = stack.hosts, checks, drills = { ids: [] }, machines }: VerifyRequest,
  options: Pick<VerifyCommandOptions, "lockWait">,
  context: CommandContext,
): Promise<Report> {
  const { ids, ...how } = drills;
  const run = ({ signal }: CommandContext) =>
    verify(stack, {
      hosts,
      drills: ids,
      ...how,
      ...(checks && { checks }),
      connect: context.login.connect,
      signal,
      emit: context.emit,
      command: (verb) => commandLine(context, stack, verb),
      ...(machines && { machines }),
    });
  const drilling = ids.length === 0 ? [] : ["--drills"];
  const again = commandLine(context, stack, "verify", [...drilling, ...flagsFor("verify", options)]);
  const request = { command: "verify --drills", again, lockWait: options.lockWait, hostsMayGo: true };
  const report = ids.length === 0 ? await run(context) : await withLock(stack, hosts, request, context, run);
  if (report.result === "passed") return report;
  const failed = [
    ...report.checks.map(({ status, host, title, actual }) => ({
      status,
      title,
      found: `${host}: ${title}: ${actual}`,
    })),
    ...report.drills.map(({ status, title, reason }) => ({ status, title, found: `${title}: ${reason}` })),
  ].filter(({ status }) => status === "failed");
  const flags = hosts.length === stack.hosts.length ? [] : ["--limit", hosts.map((host) => host.name).join(",")];
  const titles = new Set(failed.map(({ title }) => title));
  throw new QuintetError({
    message: `${stack.name} did not pass: ${[...titles].join("; ")}.`,
    exitCode: EXIT.verify,
    step: "Verify",
    detail: failed.map(({ found }) => found).join("\n"),
    next: `See ${reportPath(stack, context)}; after mending it: ${commandLine(context, stack, "verify", flags)}`,
  });
}

function drillsAreOfAll(stack: Stack, context: CommandContext): QuintetError {
  return new QuintetError({
    message: "A drill is about the stack as a whole: who takes over, and what visitors notice.",
    exitCode: EXIT.usage,
    step: "Read the command line",
    next: `Leave --limit out: ${commandLine(context, stack, "verify", ["--drills"])}`,
  });
}

export function reportPath(stack: Stack, context: CommandContext): string {
  return path.relative(context.cwd, path.join(stack.directory, "reports", "latest", "report.html"));
}

function listDrills(
  stack: Stack,
  machines: Machines | undefined,
  options: DrillOptions,
  { emit }: CommandContext,
): void {
  const table = drillsTable(stack, machines, options);
  emit(table);
  const data = table.rows.map(([id, does, mayCost, against]) => ({ id, does, mayCost, against: against || null }));
  emit({ type: "result", verb: "verify", status: "passed", text: [], data });
}

function listChecks({ emit }: CommandContext): void {
  const data = CHECKS.map(({ id, tier, title }) => ({ id, tier, title }));
  const rows = data.map(({ id, tier, title }) => [id, tier, title]);
  emit({ type: "table", title: "Smoke checks", columns: ["check", "tier", "looks whether"], rows });
  emit({ type: "result", verb: "verify", status: "passed", text: [], data });
}
