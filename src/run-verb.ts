import { homedir, userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { VAULT_PASSWORD_VARIABLE } from "./ansible/vault-password.ts";
import { runCommand } from "./command.ts";
import type { Ask, CommonOptions, Verb } from "./commands/context.ts";
import { EXIT, QuintetError, type QuintetErrorFields } from "./errors.ts";
import { type Called, processOutput, unforeseen } from "./output/process.ts";
import { createLogin, SUDO_PASSWORD_VARIABLE } from "./remote/login.ts";

const askOnTerminal = (abort: AbortController): Ask => ({
  confirm: async (question) => (await import("./wizard/confirm.ts")).confirm(question, abort),
  secret: async (question) => (await import("./wizard/secret.ts")).secret(question, abort),
});

/** Verbs that change nothing, so that there is nothing to go on with. */
const LOOKING = [
  "check",
  "plan",
  "releases",
  "logs",
  "doctor",
  "completion",
  "rehearse status",
  "report",
  "report list",
  "report compare",
];

/**
 * Runs a verb with the real world handed in, and returns the process's exit code. The first Ctrl-C ends the verb in
 * order (children ended, machines mended, terminal restored); a second one ends the process at once.
 */
export async function runVerb(called: Called, options: CommonOptions, verb: Verb): Promise<number> {
  const terminal = process.stdout.isTTY && process.stderr.isTTY && !process.env["CI"];
  const output = processOutput(called, options, terminal ? "terminal" : "plain");
  const abort = new AbortController();
  const onSignal = () => {
    if (abort.signal.aborted) process.exit(EXIT.interrupted);
    abort.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  const { emit } = output;
  // What a callback throws would end the process on the spot. The verb is ended in order instead.
  let thrown: { readonly error: unknown } | undefined;
  process.on("uncaughtException", (error) => {
    if (thrown !== undefined) process.exit(EXIT.unforeseen);
    thrown = { error };
    abort.abort();
  });
  const failed = (error: QuintetErrorFields) => {
    emit({ type: "error", error });
    return error.exitCode;
  };
  const ask = terminal && process.stdin.isTTY && !options.json && !options.yes ? askOnTerminal(abort) : undefined;
  const login = createLogin({
    run: runCommand,
    env: { ...process.env },
    // As ssh does: where the user's account says, whatever HOME is.
    home: userInfo().homedir,
    ask,
    sudoPasswordFile: options.sudoPasswordFile,
    stdin: process.stdin,
  });
  // Of all that is started from now on, only Ansible gets them.
  delete process.env[SUDO_PASSWORD_VARIABLE];
  const env = { ...process.env };
  delete process.env[VAULT_PASSWORD_VARIABLE];
  // Node's own exit code where a promise is waited for that nobody will settle.
  const endless = (code: number) => {
    if (code === 13) process.exitCode = failed(unforeseen(thrown?.error ?? new Error("The run came to no end.")));
  };
  process.once("exit", endless);
  try {
    const exitCode = await verb({
      emit,
      signal: abort.signal,
      run: runCommand,
      env,
      cwd: process.cwd(),
      home: homedir(),
      userName: userInfo().username,
      now: () => new Date(),
      packageRoot: fileURLToPath(new URL("..", import.meta.url)),
      program: process.env["QUINTET_PROGRAM"] ?? "quintet",
      ask,
      login,
    });
    return thrown === undefined ? (exitCode ?? EXIT.done) : failed(unforeseen(thrown.error));
  } catch (error) {
    if (thrown !== undefined) return failed(unforeseen(thrown.error));
    if (abort.signal.aborted) {
      return failed({
        message: "Interrupted.",
        exitCode: EXIT.interrupted,
        next: LOOKING.includes(called.verb)
          ? "Nothing was changed on any host. Run the same command again."
          : "Run the same command again: it goes on where this one ended.",
      });
    }
    return failed(error instanceof QuintetError ? error.fields : unforeseen(error));
  } finally {
    await login.close();
    await output.close();
  }
}
