import path from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import type { Machines } from "../machines/machines.ts";
import type { Stack } from "../stack/stack.ts";
import { DRILLS } from "../verify/drills/drills.ts";
import type { Report } from "../verify/report.ts";
import { verify } from "../verify/verify.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { loadStack } from "./load-stack.ts";
import { rehearsalMachines, siteUrl } from "./machines.ts";

export interface VerifyCommandOptions extends CommonOptions {
  readonly drills?: boolean;
}

/** `quintet verify`: is the running stack what stack.yml promises? With --drills: also when something breaks? */
export async function verifyCommand(options: VerifyCommandOptions, context: CommandContext): Promise<void> {
  const stack = await loadStack(options.stack, context);
  const machines = await rehearsalMachines(stack, context);
  const report = await verifyStack(stack, options.drills ? allDrills() : [], machines, context);
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
): Promise<Report> {
  const { emit, signal } = context;
  const report = await verify(stack, {
    drills: drills.length === 0 ? "none" : drills,
    connect: context.login.connect,
    signal,
    emit,
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
  const titles = new Set(failed.map(({ title }) => title));
  throw new QuintetError({
    message: `${stack.name} did not pass: ${[...titles].join("; ")}.`,
    exitCode: EXIT.verify,
    step: "Verify",
    detail: failed.map(({ found }) => found).join("\n"),
    next: `See ${reportPath(stack, context)}; after mending it: ${context.program} verify --stack ${stack.directory}`,
  });
}

export function reportPath(stack: Stack, context: CommandContext): string {
  return path.relative(context.cwd, path.join(stack.directory, "reports", "latest", "report.json"));
}

export function allDrills(): string[] {
  return DRILLS.map((drill) => drill.id);
}
