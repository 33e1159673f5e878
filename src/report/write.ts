import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import { type Report, reportSchema } from "./schema.ts";

/** Writes reports/<time>/report.json, points reports/latest at it, and returns the file's path. */
export async function writeReport(directory: string, report: Report): Promise<string> {
  const reports = join(directory, "reports");
  const name = report.startedAt.replaceAll(":", "-");
  const file = join(reports, name, "report.json");
  const text = `${JSON.stringify(reportSchema.parse(report), undefined, 2)}\n`;
  // A link is replaced by renaming another one over it: `latest` is never absent or half there.
  const link = join(reports, `.latest-${process.pid}`);
  try {
    await mkdir(join(reports, name), { recursive: true });
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
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
  }
  return file;
}
