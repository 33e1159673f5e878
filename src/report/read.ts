import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import { type Report, reportSchema } from "./schema.ts";

export interface StoredReport {
  /** Its directory's name in reports/. */
  readonly name: string;
  readonly directory: string;
  readonly report: Report;
}

/** Names in reports/, the oldest first; none where there is no such directory. */
export async function reportNames(directory: string): Promise<string[]> {
  const found = await readdir(join(directory, "reports")).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw unreadable(join(directory, "reports"), error.message, "Make it readable.");
  });
  return found.filter((name) => /^\d{4}-\d\d-\d\dT/.test(name)).sort();
}

/** The name that `latest`, a name or the beginning of one means. */
export async function reportNamed(directory: string, wanted: string): Promise<string> {
  const names = await reportNames(directory);
  if (wanted === "latest") {
    const link = await readlink(join(directory, "reports", "latest")).catch(() => undefined);
    const latest = link === undefined ? names.at(-1) : basename(link);
    if (latest !== undefined) return latest;
    throw unknown(`There is no report in ${join(directory, "reports")} yet.`, "Run verify: it writes one.");
  }
  if (names.includes(wanted)) return wanted;
  const matching = names.filter((name) => name.startsWith(wanted.replaceAll(":", "-")));
  if (matching.length === 1 && matching[0] !== undefined) return matching[0];
  const reason = matching.length === 0 ? "No report is called" : "More than one report begins with";
  const choice = (matching.length === 0 ? names : matching).slice(-10);
  throw unknown(
    `${reason} ${JSON.stringify(wanted)}.`,
    choice.length === 0 ? "Run verify: it writes one." : `Name one of: ${choice.join(", ")}.`,
  );
}

/** A report by its name, or a QuintetError that says what is wrong with it. */
export async function readReport(directory: string, name: string): Promise<StoredReport> {
  const file = join(directory, "reports", name, "report.json");
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw unreadable(file, error.message, "Name another report, or run verify to make a new one.");
  });
  return { name, directory: dirname(file), report: parseReport(text, file) };
}

export function parseReport(text: string, file: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(file, (error as Error).message, "The file is damaged. Run verify to make a new one.");
  }
  const version =
    typeof value === "object" && value !== null ? (value as Record<string, unknown>)["schemaVersion"] : undefined;
  const known = reportSchema.shape.schemaVersion.value;
  if (typeof version === "number" && version !== known) {
    const whose = version < known ? "an older" : "a newer";
    const next = version < known ? "Run verify to make a new one." : "Use the version of Quintet that wrote it.";
    throw unreadable(
      file,
      `It is of version ${version}, written by ${whose} Quintet; this one reads version ${known}.`,
      next,
    );
  }
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join(".") || "the report"}: ${message}`);
  throw unreadable(file, faults.join("\n"), "The file is damaged. Run verify to make a new one.");
}

function unreadable(file: string, detail: string, next: string): QuintetError {
  return new QuintetError({
    message: `${file} cannot be read.`,
    exitCode: EXIT.usage,
    step: "Read the report",
    detail,
    next,
  });
}

function unknown(message: string, next: string): QuintetError {
  return new QuintetError({ message, exitCode: EXIT.usage, step: "Find the report", next });
}
