import type { Readable } from "node:stream";
import { EXIT, QuintetError } from "../errors.ts";
import type { Session } from "../remote/session.ts";

/** What `stack-release` on a host said of something that did not work. */
export class ToolFailure extends Error {
  readonly host: string;
  readonly detail: readonly string[];
  readonly answer: Record<string, unknown>;
  constructor(host: string, answer: Record<string, unknown>) {
    super(String(answer["error"]));
    this.host = host;
    this.answer = answer;
    this.detail = (answer["detail"] as string[] | undefined) ?? [];
  }
}

export interface ToolOptions {
  readonly input?: string;
  readonly source?: Readable;
  readonly signal?: AbortSignal;
  /** A host that says nothing for so long is given up. */
  readonly timeoutMs?: number;
}

const TOOL = "/usr/local/sbin/stack-release";

/** Calls the program that the roles put on web and app hosts; a ToolFailure where that says that something did not work. */
export async function callTool<Answer>(
  session: Session,
  words: readonly string[],
  options: ToolOptions = {},
): Promise<Answer> {
  const { exitCode, stdout, stderr } = await session.run([TOOL, ...words], { sudo: true, ...options });
  return answerOf<Answer>(session.host.name, exitCode, stdout, stderr);
}

/** The same, with every line before the answer told as it comes. */
export async function streamTool<Answer>(
  session: Session,
  words: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<Answer> {
  let last: string | undefined;
  const stream = session.stream(
    [TOOL, ...words],
    (line) => {
      if (last !== undefined) onLine(last);
      last = line;
    },
    { sudo: true },
  );
  const stop = () => void stream.stop();
  signal.addEventListener("abort", stop);
  const { exitCode, stderr } = await stream.ended.finally(() => signal.removeEventListener("abort", stop));
  signal.throwIfAborted();
  return answerOf<Answer>(session.host.name, exitCode, last ?? "", stderr);
}

function answerOf<Answer>(host: string, exitCode: number | undefined, stdout: string, stderr: string): Answer {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  const answer = line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : undefined;
  if (exitCode === 0 && answer !== undefined) return answer as Answer;
  if (exitCode === 1 && answer !== undefined) throw new ToolFailure(host, answer);
  if (exitCode === undefined)
    throw new ToolFailure(host, { error: "The connection was lost.", detail: [stderr.trim()] });
  const missing = /No such file|not found/.test(stderr);
  throw new QuintetError({
    message: missing ? `There is no application on ${host} yet.` : `Releasing did not work on ${host}.`,
    exitCode: EXIT.apply,
    host,
    step: "Release the application",
    detail: stderr.trim().split("\n").slice(-15).join("\n"),
    next: "Bring the hosts to what stack.yml says first: quintet apply.",
  });
}
