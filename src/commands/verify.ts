import path from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import type { Machines } from "../machines/machines.ts";
import type { Report } from "../report/schema.ts";
import { selectHosts } from "../stack/limit.ts";
import type { Host, Stack } from "../stack/stack.ts";
import { DRILLS } from "../verify/drills/drills.ts";
import { verify } from "../verify/verify.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { loadStack } from "./load-stack.ts";
import { rehearsalMachines, siteUrl } from "./machines.ts";
import { approach } from "./preflight.ts";

export interface VerifyCommandOptions extends CommonOptions {
  readonly drills?: boolean;
}

/** `quintet verify`: is the running stack what stack.yml promises? With --drills: also when something breaks? */
export async function verifyCommand(options: VerifyCommandOptions, context: CommandContext): Promise<void> {
  const stack = await loadStack(options.stack, context);
  selectHosts(stack, options.limit);
  if (options.drills && options.limit !== undefined) throw drillsAreOfAll(stack, context);
  const machines = await rehearsalMachines(stack, context);
  const hosts = await approach(stack, options, context);
  const report = await verifyStack(stack, options.drills ? allDrills() : [], machines, context, hosts);
  context.emit({
    type: "result",
    verb: "verify",
    status: "passed",
    text: [`The site: ${siteUrl(stack)}`, `Report: ${reportPath(stack, context)}`],
    data: report,
  });
}

/** Runs checks and drills. Throws (exit code 5) when one failed; the report is written either way. */
export async function verifyStack(
  stack: Stack,
  drills: readonly string[],
  machines: Machines | undefined,
  context: CommandContext,
  hosts: readonly Host[] = stack.hosts,
): Promise<Report> {
  const { emit, signal } = context;
  const report = await verify(stack, {
    hosts,
    drills: drills.length === 0 ? "none" : drills,
    connect: context.login.connect,
    signal,
    emit,
    command: (verb) => commandLine(context, stack, verb),
    ...(machines === undefined ? {} : { machines }),
  });
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
  return path.relative(context.cwd, path.join(stack.directory, "reports", "latest", "report.json"));
}

export function allDrills(): string[] {
  return DRILLS.map((drill) => drill.id);
}
