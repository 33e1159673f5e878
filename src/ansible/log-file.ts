import { createWriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";

/** The log of one run: readable by its owner alone. */
export interface LogFile {
  readonly path: string;
  /** Adds lines, each with the time of day. A full disk loses lines, never the run. */
  write(lines: readonly string[]): void;
  close(): Promise<void>;
}

/** Makes <stack directory>/logs/<UTC time>-<verb>.log. Errors are QuintetErrors. */
export async function openLog(stackDirectory: string, verb: string, now: () => Date): Promise<LogFile> {
  const directory = join(stackDirectory, "logs");
  const stamp = now()
    .toISOString()
    .replace(/[-:]|\.\d+/g, "");
  const path = join(directory, `${stamp}-${verb}.log`);
  try {
    await mkdir(directory, { recursive: true });
    // Opened once before the stream is made, so that a directory that cannot be written to is told at once.
    await (await open(path, "a", 0o600)).close();
  } catch (error) {
    throw new QuintetError({
      message: `Cannot write the log file ${path}.`,
      exitCode: EXIT.apply,
      step: "Open the log file",
      detail: (error as Error).message,
      next: "Make the stack directory writable for you, and see that its disk is not full.",
    });
  }
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  let broken = false;
  stream.on("error", () => {
    broken = true;
  });
  return {
    path,
    write(lines) {
      const time = now().toISOString().slice(11, 23);
      for (const line of lines) if (!broken) stream.write(`${time} ${line}\n`);
    },
    close: () => (broken ? Promise.resolve() : new Promise((resolve) => stream.end(() => resolve()))),
  };
}
