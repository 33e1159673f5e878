import { readFile } from "node:fs/promises";
import path from "node:path";
import { addAbortSignal } from "node:stream";
import { text } from "node:stream/consumers";
import { fromText, type Imported, type Note } from "../answers/import/from-text.ts";
import { EXIT, QuintetError } from "../errors.ts";
import type { CommandContext } from "./context.ts";

/** What --from gave. */
export type From = Imported & {
  /** Its name in sentences. */
  readonly shown: string;
  /** Where its relative paths begin; undefined: nobody knows. */
  readonly directory: string | undefined;
};

/** Reads --from: a file, or - for standard input. What was left out of it, or assumed, is said as warnings. */
export async function importFrom(
  from: string,
  layout: string | undefined,
  context: Pick<CommandContext, "cwd" | "emit" | "signal">,
): Promise<From> {
  const file = path.resolve(context.cwd, from);
  const shown = from === "-" ? "standard input" : from;
  const content = await read(from === "-" ? undefined : file, shown, context);
  const imported = fromText(content, layout);
  if (imported.kind === "hosts") {
    if (imported.answers.hosts === undefined) throw nothingIn(shown, imported.notes);
    for (const note of imported.notes) context.emit({ type: "warning", message: sentence(shown, note) });
  }
  return { ...imported, shown, directory: from === "-" ? undefined : path.dirname(file) };
}

async function read(
  file: string | undefined,
  shown: string,
  { signal }: Pick<CommandContext, "signal">,
): Promise<string> {
  try {
    return await (file === undefined ? text(addAbortSignal(signal, process.stdin)) : readFile(file, "utf8"));
  } catch (cause) {
    signal.throwIfAborted();
    throw new QuintetError(
      {
        message: `${shown} cannot be read.`,
        exitCode: EXIT.usage,
        step: "Read what --from names",
        detail: cause instanceof Error ? cause.message : String(cause),
        next: "Name a file that is there, or - for standard input.",
      },
      { cause },
    );
  }
}

function nothingIn(shown: string, notes: readonly Note[]): QuintetError {
  return new QuintetError({
    message: `No host could be read in ${shown}.`,
    exitCode: EXIT.usage,
    step: "Read what --from names",
    ...(notes.length > 0 && { detail: notes.map((note) => sentence(shown, note)).join("\n") }),
    next: "Give a stack.yml, an Ansible inventory (INI or YAML), a hosts file, or lines such as web1=10.0.0.11.",
  });
}

function sentence(shown: string, { line, message }: Note): string {
  return `${shown}${line > 0 ? `:${line}` : ""}: ${message}`;
}
