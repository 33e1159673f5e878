import { createInterface } from "node:readline";
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
  /** Hears every line as it is printed, of both outputs. */
  readonly onLine?: (line: string) => void;
  /** It starts others (a shell does): an abort ends all of them, not only the one that was started here. */
  readonly startsOthers?: boolean;
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
  const child = execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    stdin: options.input === undefined ? "ignore" : "pipe",
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    // A process group of its own, so that it can be ended as one.
    ...(options.startsOthers ? { detached: true } : {}),
  });
  if (options.onLine !== undefined) {
    for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", options.onLine);
  }
  const letGo = options.startsOthers ? endGroupWith(child.pid, options.signal) : () => {};
  const result = await child.finally(letGo);
  return {
    exitCode: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr || (result.exitCode === undefined ? (result.shortMessage ?? "") : ""),
  };
};

const GRACE_MS = 5_000;

/** Ends a process group when aborted, or with us: SIGTERM, then SIGKILL. The result takes that back. */
function endGroupWith(group: number | undefined, signal: AbortSignal | undefined): () => void {
  const end = (name: NodeJS.Signals) => {
    try {
      if (group !== undefined) process.kill(-group, name);
    } catch {
      // It has ended already.
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    end("SIGTERM");
    timer = setTimeout(() => end("SIGKILL"), GRACE_MS);
  };
  const onExit = () => end("SIGTERM");
  process.once("exit", onExit);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  return () => {
    clearTimeout(timer);
    process.removeListener("exit", onExit);
    signal?.removeEventListener("abort", onAbort);
  };
}
