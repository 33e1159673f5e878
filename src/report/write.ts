import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import { junitOf } from "./junit.ts";
import { type Report, reportSchema } from "./schema.ts";
import { summaryOf } from "./summary.ts";

/** The files of a report, beside each other. */
export const REPORT_FILES = ["report.html", "report.json", "junit.xml", "summary.md"] as const;

/**
 * Writes reports/<time>/ with a report in all its forms, points reports/latest at it, and returns the path of its
 * report.json. The directory appears all at once. Where one of the forms cannot be made, what was measured is kept in
 * the others before the error is thrown.
 */
export async function writeReport(directory: string, report: Report): Promise<string> {
  const reports = join(directory, "reports");
  const name = report.startedAt.replaceAll(":", "-");
  const staging = join(reports, `.new-${process.pid}`);
  // A link is replaced by renaming another one over it: `latest` is never absent or half there.
  const link = join(reports, `.latest-${process.pid}`);
  const json = `${JSON.stringify(reportSchema.parse(report), undefined, 2)}\n`;
  const unmade: unknown[] = [];
  try {
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true });
    await writeFile(join(staging, "report.json"), json);
    for (const [file, make] of forms(report)) {
      const text = await make().catch((error: unknown) => {
        unmade.push(error);
        return undefined;
      });
      if (text !== undefined) await writeFile(join(staging, file), text);
    }
    await rm(join(reports, name), { recursive: true, force: true });
    await rename(staging, join(reports, name));
    await rm(link, { force: true });
    await symlink(name, link);
    await rename(link, join(reports, "latest"));
  } catch (error) {
    throw new QuintetError(
      {
        message: `The report cannot be written to ${reports}.`,
        exitCode: EXIT.verify,
        step: "write the report",
        detail: (error as Error).message,
        next: `Make ${reports} writable and run verify again.`,
      },
      { cause: error },
    );
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => {});
  }
  // A defect of ours: it is told as one.
  if (unmade.length > 0) throw unmade[0];
  return join(reports, name, "report.json");
}

/** The library that draws charts is loaded only here. */
function forms(report: Report): [file: string, make: () => Promise<string>][] {
  return [
    ["junit.xml", async () => junitOf(report)],
    ["summary.md", async () => summaryOf(report)],
    ["report.html", async () => (await import("./html/page.ts")).reportPage(report)],
  ];
}
