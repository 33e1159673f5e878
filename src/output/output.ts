import type { Emit } from "../events.ts";
import { jsonSink } from "./json.ts";
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
  /** Plain lines for changed tasks, with their diffs, too. */
  readonly verbose: boolean;
  readonly now?: () => Date;
}

export interface Output {
  readonly emit: Emit;
  /** Ends what is still shown and gives the terminal back. Nothing may be emitted after it. */
  close(): Promise<void>;
}

/** The only place that prints. */
export function createOutput(options: OutputOptions): Output {
  // A reader that went away (quintet … | head) is no reason to stop the machines' work half-way.
  for (const stream of [options.stdout, options.stderr]) stream.on("error", () => {});
  switch (options.mode) {
    case "terminal":
      return terminalSink(options);
    case "plain":
      return { emit: plainSink(options), close: async () => {} };
    case "json":
      return { emit: jsonSink(options), close: async () => {} };
  }
}
