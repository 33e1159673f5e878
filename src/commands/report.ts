import path from "node:path";
import { EXIT, type ExitCode, QuintetError } from "../errors.ts";
import { compareReports } from "../report/compare.ts";
import { comparisonTables } from "../report/comparison-tables.ts";
import { lengthOf, moment } from "../report/html/format.ts";
import { verdictOf } from "../report/html/headline.ts";
import { WHAT_IS_NOISE } from "../report/moved.ts";
import { readReport, reportNamed, reportNames, type StoredReport } from "../report/read.ts";
import { reportTables } from "../report/tables.ts";
import { REPORT_FILES } from "../report/write.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { findStack } from "./load-stack.ts";
import { openFile } from "./open-file.ts";

export interface ReportOptions extends CommonOptions {
  readonly open?: boolean;
}

export interface CompareOptions extends CommonOptions {
  readonly failOnWorse?: boolean;
}

/** `quintet report [NAME]`: the last report, or the named one, in short, and where its files are. */
export async function reportCommand(name: string | undefined, options: ReportOptions, context: CommandContext) {
  const directory = await findStack(options.stack, context);
  const stored = await readReport(directory, await reportNamed(directory, name ?? "latest"));
  const { report } = stored;
  for (const table of reportTables(report)) context.emit(table);
  const page = path.join(stored.directory, "report.html");
  const opened = options.open ? [await openFile(page, context)] : [];
  context.emit({
    type: "result",
    verb: "report",
    status: report.result,
    text: [
      `${report.stack}, ${moment(report.startedAt)}, took ${lengthOf(report)}: ${report.result}. ${verdictOf(report)}`,
      ...REPORT_FILES.map((file) => path.join(shown(stored, context), file)),
      ...opened,
    ],
    data: report,
  });
}

/** `quintet report list`: every report there is, the newest last. */
export async function reportListCommand(options: CommonOptions, context: CommandContext) {
  const directory = await findStack(options.stack, context);
  const names = await reportNames(directory);
  const all = await Promise.all(names.map(async (name) => ({ name, ...(await attempt(directory, name)) })));
  if (all.length > 0) {
    context.emit({
      type: "table",
      title: "Reports",
      columns: ["report", "result", "checks", "ports", "drills", "took"],
      rows: all.map(({ name, report, fault }) =>
        report === undefined
          ? [name, "unreadable", "", "", "", fault]
          : [
              name,
              report.result,
              ...[report.checks, report.isolation, report.drills].map((of) => String(of.length)),
              lengthOf(report),
            ],
      ),
    });
  }
  const data = all.map(({ name, report, fault }) => ({
    name,
    ...(report === undefined ? { fault } : { result: report.result }),
  }));
  const text = all.length === 0 ? [`There is no report in ${path.join(directory, "reports")} yet.`] : [];
  context.emit({ type: "result", verb: "report list", status: "passed", text, data });
}

/** `quintet report compare [A] [B]`: what is news in B, by default in the last report against the one before. */
export async function reportCompareCommand(
  names: readonly [string | undefined, string | undefined],
  options: CompareOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const directory = await findStack(options.stack, context);
  const [first, second] = await twoNamed(directory, names);
  const [before, after] = [await readReport(directory, first), await readReport(directory, second)];
  const comparison = compareReports(before.report, after.report);
  for (const message of comparison.notes) context.emit({ type: "warning", message });
  for (const table of comparisonTables(comparison)) context.emit(table);
  const { fails, mended, slower, quicker, worse } = comparison;
  context.emit({
    type: "result",
    verb: "report compare",
    status: worse ? "failed" : "passed",
    text: [
      `${first} to ${second}: ${fails.length} newly failing, ${mended.length} mended, ${slower.length} figures worse, ${quicker.length} better.`,
      WHAT_IS_NOISE,
    ],
    data: { before: first, after: second, ...comparison },
  });
  return worse && options.failOnWorse ? EXIT.verify : EXIT.done;
}

/** One name alone is compared with the last report. */
async function twoNamed(
  directory: string,
  [first, second]: readonly [string | undefined, string | undefined],
): Promise<[string, string]> {
  if (first !== undefined)
    return [await reportNamed(directory, first), await reportNamed(directory, second ?? "latest")];
  const last = await reportNamed(directory, "latest");
  const names = await reportNames(directory);
  const before = names[names.indexOf(last) - 1];
  if (before !== undefined) return [before, last];
  throw new QuintetError({
    message: `There is no report before ${last}, so nothing to compare it with.`,
    exitCode: EXIT.usage,
    step: "Find the reports",
    next: "Run verify again, then compare.",
  });
}

async function attempt(directory: string, name: string) {
  try {
    return { report: (await readReport(directory, name)).report, fault: "" };
  } catch (error) {
    if (!(error instanceof QuintetError)) throw error;
    return { report: undefined, fault: (error.fields.detail ?? error.message).split("\n")[0] ?? "" };
  }
}

/** From where the user stands, where that is shorter to read than the whole path. */
function shown({ directory }: StoredReport, { cwd }: CommandContext): string {
  const relative = path.relative(cwd, directory);
  return relative.startsWith("..") ? directory : relative;
}
