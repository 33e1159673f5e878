import type { Emit } from "../events.ts";
import { type Github, githubSink } from "./github.ts";
import { jsonSink } from "./json.ts";
import { neutral } from "./neutral.ts";
import { plainSink } from "./plain.ts";
import { terminalSink } from "./terminal.ts";

/** What output needs of a stream: a terminal's columns too. */
export interface TextStream extends NodeJS.WritableStream {
  readonly columns?: number;
}

export interface OutputOptions {
  /** terminal: steps and rows that move; plain: a line an event that matters; json: every event as one line. */
  readonly mode: "terminal" | "plain" | "json";
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly color: boolean;
  /** Lines for the tasks that did not fail, with their diffs, too; on a terminal once their step is over. */
  readonly verbose: boolean;
  readonly now?: () => Date;
  /** Where the program runs as a step of GitHub Actions. */
  readonly github?: Github | undefined;
}

export interface Output {
  readonly emit: Emit;
  /** Ends what is still shown and gives the terminal back. Nothing may be emitted after it. */
  close(): Promise<void>;
}

/** The only place that prints. */
export function createOutput(options: OutputOptions): Output {
  if (options.mode === "json") {
    const json = jsonSink(options);
    // Programs get what was said; people get it on stderr, in a form that does nothing.
    const people = forPeople({ ...options, mode: "plain", stdout: options.stderr });
    return {
      emit: (event) => {
        json(event);
        people.emit(event);
      },
      close: () => people.close(),
    };
  }
  return forPeople(options);
}

function forPeople(options: OutputOptions): Output {
  const output = sink(options);
  return { emit: (event) => output.emit(neutral(event)), close: () => output.close() };
}

function sink(options: OutputOptions): Output {
  if (options.mode === "terminal") return terminalSink(options);
  if (options.github !== undefined) return githubSink(options, options.github);
  return plainSink(options);
}
