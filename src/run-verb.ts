import { homedir, userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command.ts";
import type { Ask, CommandContext, CommonOptions } from "./commands/context.ts";
import { EXIT, QuintetError } from "./errors.ts";
import { createOutput } from "./output/output.ts";
import { createLogin } from "./remote/login.ts";

const askOnTerminal: Ask = {
  confirm: async (question) => (await import("./wizard/confirm.ts")).confirm(question),
  secret: async (question) => (await import("./wizard/secret.ts")).secret(question),
};

/**
 * Runs a verb with the real world handed in, and returns the process's exit code. The first Ctrl-C ends the verb in
 * order (children ended, machines mended, terminal restored); a second one ends the process at once.
 */
export async function runVerb(
  options: CommonOptions,
  verb: (context: CommandContext) => Promise<void>,
): Promise<number> {
  const terminal = process.stdout.isTTY && process.stderr.isTTY && !process.env["CI"];
  const output = createOutput({
    mode: options.json ? "json" : terminal ? "terminal" : "plain",
    stdout: process.stdout,
    stderr: process.stderr,
    color: Boolean(process.stdout.isTTY) && !process.env["NO_COLOR"],
    verbose: options.verbose ?? false,
  });
  const abort = new AbortController();
  const onSignal = () => {
    if (abort.signal.aborted) process.exit(EXIT.interrupted);
    abort.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  const { emit } = output;
  const login = createLogin();
  try {
    await verb({
      emit,
      signal: abort.signal,
      run: runCommand,
      env: process.env,
      cwd: process.cwd(),
      home: homedir(),
      userName: userInfo().username,
      now: () => new Date(),
      packageRoot: fileURLToPath(new URL("..", import.meta.url)),
      program: process.env["QUINTET_PROGRAM"] ?? "quintet",
      ask: terminal && !options.json && !options.yes ? askOnTerminal : undefined,
      login,
    });
    return EXIT.done;
  } catch (error) {
    if (abort.signal.aborted) {
      emit({
        type: "error",
        error: {
          message: "Interrupted.",
          exitCode: EXIT.interrupted,
          next: "Run the same command again: it goes on where this one ended.",
        },
      });
      return EXIT.interrupted;
    }
    if (error instanceof QuintetError) {
      emit({ type: "error", error: error.fields });
      return error.fields.exitCode;
    }
    emit({
      type: "error",
      error: {
        message: "This should not have happened, and is a defect of Quintet's.",
        exitCode: EXIT.unforeseen,
        detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
        next: "Please report it with the lines above.",
      },
    });
    return EXIT.unforeseen;
  } finally {
    await login.close();
    await output.close();
  }
}
