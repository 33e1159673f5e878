import { createInterface } from "node:readline";
import { execa } from "execa";
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
    stream(argv, onLine, options) {
      calls.push({ argv, options });
      const [file = "", ...args] = argv;
      const child = execa(file, args, { reject: false, env, stdin: "pipe", buffer: { stdout: false } });
      createInterface({ input: child.stdout }).on("line", onLine);
      const ended = child.then(({ exitCode, stderr }) => ({ exitCode, stdout: "", stderr: stderr ?? "" }));
      return {
        ended,
        write: (text) => void child.stdin.write(text),
        async stop() {
          child.stdin.end();
          await ended;
        },
      };
    },
    attach: async () => undefined,
    close: () => undefined,
  };
}
