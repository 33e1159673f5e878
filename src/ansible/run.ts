import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { QuintetErrorFields } from "../errors.ts";
import type { Emit } from "../events.ts";
import { type PlaybookArguments, playbookArgv } from "./argv.ts";
import { ansibleEnvironment, CONTROL_PATH_VARIABLE } from "./environment.ts";
import { type AnsibleEvent, parseLine } from "./events.ts";
import { runError, taskError } from "./failures.ts";
import type { Ansible } from "./find.ts";
import { openLog } from "./log-file.ts";
import { logLines } from "./log-lines.ts";
import { endProcesses, signal } from "./processes.ts";
import { type HostSummary, Progress } from "./progress.ts";

export interface PlaybookRequest extends PlaybookArguments {
  readonly ansible: Ansible;
  /** Absolute; ansible-playbook runs in it. */
  readonly stackDirectory: string;
  /** Names the log file. */
  readonly verb: string;
  /** The step that is shown, and its rows: host names. */
  readonly step: string;
  readonly title: string;
  readonly rows: readonly string[];
  /** The command that goes on after a failure, for example "quintet apply --stack shop". */
  readonly again: string;
}

export interface PlaybookResult {
  readonly status: "passed" | "failed" | "interrupted";
  readonly hosts: Readonly<Record<string, HostSummary>>;
  /** Ready to be emitted as errors, in the order in which hosts started. */
  readonly failures: readonly QuintetErrorFields[];
  readonly logFile: string;
}

export interface RunWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Added to Ansible's environment: how to log in and become root. Never logged. */
  readonly login: Readonly<Record<string, string>>;
  readonly now: () => Date;
  /** Ctrl-C: ends ansible-playbook and everything that it started. */
  readonly signal?: AbortSignal;
  /** Goes over every text that Ansible says, before anybody sees or logs it. */
  readonly mask?: (text: string) => string;
  /** Gets Ansible's own events too, in their order. */
  readonly onEvent?: (event: AnsibleEvent) => void;
  /** How long each of SIGINT and SIGTERM may take before the next stronger signal, milliseconds. Default: 5000. */
  readonly graceMs?: number;
}

const STDERR_LINES = 40;

/**
 * Runs a playbook and returns when it and every process that it started on this computer has ended.
 * A failing playbook is a result; an exception is a log file that cannot be written.
 */
export async function runPlaybook(request: PlaybookRequest, world: RunWorld, emit: Emit): Promise<PlaybookResult> {
  const { step, title, stackDirectory, again } = request;
  const log = await openLog(stackDirectory, request.verb, world.now);
  const started = performance.now();
  emit({ type: "step-started", step, title, rows: request.rows });
  const progress = new Progress(step);
  const [program = "", ...words] = playbookArgv(request.ansible, request);
  log.write([`$ ${[program, ...words].join(" ")}`]);

  const stderr: string[] = [];
  const { mask = (text: string) => text } = world;
  const exitCode = await runProcess([program, ...words], stackDirectory, world, (stream, said) => {
    const event = stream === "stdout" ? parseLine(said, mask) : undefined;
    const line = mask(said);
    log.write(event === undefined ? [line] : logLines(event));
    if (event !== undefined) {
      world.onEvent?.(event);
      for (const ours of progress.accept(event)) emit(ours);
    } else if (stream === "stderr" && stderr.push(line) > STDERR_LINES) stderr.shift();
  });

  const interrupted = world.signal?.aborted === true && exitCode !== 0;
  const status = interrupted ? "interrupted" : exitCode === 0 ? "passed" : "failed";
  const context = { logFile: log.path, again };
  const failures = progress.failures.map((failure) => taskError(failure, context));
  if (status === "failed" && failures.length === 0) failures.push(runError(stderr.join("\n"), title, context));
  if (interrupted) for (const event of progress.interrupted()) emit(event);
  const { hosts } = progress;
  log.write([`${status}, exit code ${exitCode ?? "none"}`]);
  await log.close();
  emit({
    type: "step-finished",
    step,
    status: status === "passed" ? "done" : "failed",
    durationMs: Math.round(performance.now() - started),
    summary: interrupted ? "interrupted" : summaryOf(hosts),
  });
  return { status, hosts, failures, logFile: log.path };
}

type OnLine = (stream: "stdout" | "stderr", line: string) => void;

/** Returns the exit code, or undefined when a signal ended it or it could not be started. */
async function runProcess(argv: readonly string[], cwd: string, world: RunWorld, onLine: OnLine) {
  const { signal: abort, graceMs = 5000 } = world;
  const [program = "", ...words] = argv;
  const controlPathDirectory = await mkdtemp(join(tmpdir(), "quintet-"));
  const endAll = () => endProcesses(CONTROL_PATH_VARIABLE, controlPathDirectory, graceMs);
  const child = execa(program, words, {
    cwd,
    env: { ...ansibleEnvironment(world.env, { stackDirectory: cwd, controlPathDirectory }), ...world.login },
    extendEnv: false,
    stdin: "ignore",
    // A session of its own: the terminal's Ctrl-C does not reach it, so that we end it in order.
    detached: true,
    reject: false,
    buffer: false,
  });
  const group = child.pid;
  const timers: NodeJS.Timeout[] = [];
  const end = (name: NodeJS.Signals) => group !== undefined && signal(-group, name);
  const onAbort = () => {
    child.kill("SIGINT");
    timers.push(
      setTimeout(() => end("SIGTERM"), graceMs),
      setTimeout(() => end("SIGKILL"), 2 * graceMs),
    );
  };
  // We may end without warning: nothing goes on without us.
  const onExit = () => end("SIGTERM");
  process.once("exit", onExit);
  if (abort?.aborted) onAbort();
  else abort?.addEventListener("abort", onAbort, { once: true });
  // What it leaves behind would keep the pipes open, so it is ended first.
  child.nodeChildProcess.once("exit", () => void endAll());
  try {
    const read = async (from: "stdout" | "stderr") => {
      for await (const line of child.iterable({ from })) onLine(from, line);
    };
    const [result] = await Promise.all([child, read("stdout"), read("stderr")]);
    if (group === undefined) onLine("stderr", result.shortMessage ?? "");
    return result.exitCode;
  } finally {
    abort?.removeEventListener("abort", onAbort);
    process.removeListener("exit", onExit);
    for (const timer of timers) clearTimeout(timer);
    await endAll();
    await rm(controlPathDirectory, { recursive: true, force: true });
  }
}

function summaryOf(hosts: PlaybookResult["hosts"]): string {
  const all = Object.values(hosts);
  const sum = (pick: (host: HostSummary) => number) => all.reduce((total, host) => total + pick(host), 0);
  const failed = sum((host) => host.failed + host.unreachable);
  return `${sum((host) => host.tasks)} tasks on ${all.length === 1 ? "1 host" : `${all.length} hosts`}, ${sum((host) => host.changed)} changed${failed === 0 ? "" : `, ${failed} failed`}`;
}
