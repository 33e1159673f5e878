import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import type { CommandContext } from "./context.ts";

export interface WriteOptions {
  /** Replace a stack.yml that says something else. */
  readonly overwrite?: boolean;
}

/** The stack.yml of a directory; undefined: there is none. */
async function existingStack(directory: string): Promise<string | undefined> {
  return readFile(path.join(directory, "stack.yml"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw cannot("read", path.join(directory, "stack.yml"), error);
  });
}

/**
 * Writes a stack.yml as a whole or not at all. One that says something else stays, unless --overwrite or a yes says
 * otherwise. Returns whether anything was written.
 */
export async function writeStack(
  directory: string,
  text: string,
  options: WriteOptions,
  context: Pick<CommandContext, "ask" | "cwd" | "signal">,
): Promise<boolean> {
  const file = path.join(directory, "stack.yml");
  const shown = path.relative(context.cwd, file) || file;
  const before = await existingStack(directory);
  if (before === text) return false;
  if (before !== undefined && !options.overwrite) {
    const yes = await context.ask?.confirm(`${shown} is there already and says something else. Replace it?`);
    if (!yes) {
      throw new QuintetError({
        message: `${shown} is there already, and says something else.`,
        exitCode: EXIT.usage,
        step: "Write the stack",
        next: "Edit that file, or give --overwrite to replace it, or --name for another stack.",
      });
    }
  }
  context.signal.throwIfAborted();
  const staged = `${file}.${randomUUID()}`;
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(staged, text);
    await rename(staged, file);
  } catch (error) {
    await rm(staged, { force: true }).catch(() => {});
    throw cannot("written", file, error as Error);
  }
  return true;
}

function cannot(what: "read" | "written", file: string, cause: Error): QuintetError {
  return new QuintetError(
    {
      message: `${file} cannot be ${what}.`,
      exitCode: EXIT.usage,
      step: "Write the stack",
      detail: cause.message,
      next: "Mend that, then run the same command again.",
    },
    { cause },
  );
}
