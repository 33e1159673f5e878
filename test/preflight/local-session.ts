import { runCommand } from "../../src/command.ts";
import type { RunOptions, Session } from "../../src/remote/session.ts";
import { host } from "../nspawn/example.ts";

export interface Call {
  readonly argv: readonly string[];
  readonly options: RunOptions | undefined;
}

/** A session whose host is this computer; remembers what was run. */
export function localSession(calls: Call[] = [], env: Record<string, string> = {}): Session {
  return {
    host: host("web1", "127.0.0.1"),
    run(argv, options) {
      calls.push({ argv, options });
      return runCommand(argv, { env, ...(options?.input === undefined ? {} : { input: options.input }) });
    },
    stream: () => {
      throw new Error("not needed");
    },
    close: () => undefined,
  };
}
