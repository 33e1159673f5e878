import { execa } from "execa";

export interface CommandOptions {
  /** Written to standard input; secrets travel this way, never in argv. */
  readonly input?: string;
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the command (SIGTERM, then SIGKILL) when aborted. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface CommandResult {
  /** undefined when a signal or the timeout ended it, or when it could not be started. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command on this computer, without a shell; a failing command is a result, not an exception. */
export type RunCommand = (argv: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

export const runCommand: RunCommand = async (argv, options = {}) => {
  const [file = "", ...args] = argv;
  const result = await execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    stdin: options.input === undefined ? "ignore" : "pipe",
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });
  return {
    exitCode: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr || (result.exitCode === undefined ? (result.shortMessage ?? "") : ""),
  };
};
