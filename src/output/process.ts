import type { CommanderError } from "commander";
import { EXIT, type QuintetErrorFields } from "../errors.ts";
import { EVENTS_VERSION, type Event } from "../events.ts";
import { jsonSink } from "./json.ts";
import { createOutput, type Output, type OutputOptions } from "./output.ts";

/** What was called. */
export interface Called {
  readonly version: string;
  /** Such as "apply" or "rehearse up"; empty where none could be made out. */
  readonly verb: string;
}

interface Flags {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** The output of this process, which begins with what was called. */
export function processOutput(called: Called, { json, verbose }: Flags, otherwise: "terminal" | "plain"): Output {
  const { env, stdout, stderr } = process;
  const output = createOutput({
    mode: json ? "json" : otherwise,
    stdout,
    stderr,
    color: Boolean(stdout.isTTY) && !env["NO_COLOR"],
    verbose: verbose ?? false,
    github:
      env["GITHUB_ACTIONS"] === "true"
        ? { summaryFile: env["GITHUB_STEP_SUMMARY"], workspace: env["GITHUB_WORKSPACE"], cwd: process.cwd() }
        : undefined,
  });
  output.emit(start(called));
  return output;
}

/** With --json, a command line that cannot be right is an event too. Commander has told people on stderr. */
export function reportUsage(called: Called, { message }: CommanderError, stdout: OutputOptions["stdout"]): void {
  const [first = "", ...hints] = message.replace(/^error: /, "").split("\n");
  const emit = jsonSink({ stdout });
  emit(start(called));
  const next = [
    ...hints.map((hint) => hint.replace(/^\((.*)\)$/, "$1")),
    "Run `quintet --help` for the list of verbs.",
  ];
  emit({ type: "error", error: { message: first, exitCode: EXIT.usage, next: next.join(" ") } });
}

/** A fault that nobody foresaw: the only one that is shown with where in the source it happened. */
export function unforeseen(error: unknown): QuintetErrorFields {
  return {
    message: "This should not have happened, and is a defect of Quintet's.",
    exitCode: EXIT.unforeseen,
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    next: "Please report it with the lines above.",
  };
}

function start({ version, verb }: Called): Event {
  return { type: "start", schemaVersion: EVENTS_VERSION, program: "quintet", version, verb };
}
