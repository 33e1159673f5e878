import type { RemoteStream } from "../remote/session.ts";
import { type Answer, answerOf } from "./claim.ts";

/** The script that holds (or is about to ask for) the lock of one host, for as long as this goes on. */
export interface LockSession {
  /** Asks for the lock, once. Rejects when the script or the connection ends without an answer. */
  take(line: string): Promise<Answer>;
  /** A sign of life. */
  beat(): void;
  /** Lets the lock go. Waits 2 s at most, for a host that has died. */
  release(): Promise<void>;
  /** The lock is not held any more, for whatever reason. Never rejects. */
  readonly ended: Promise<void>;
}

/** `start` runs the lock script and gives its lines of output to what it is handed. */
export function lockSession(start: (onLine: (line: string) => void) => RemoteStream): LockSession {
  const lines: string[] = [];
  const answered = Promise.withResolvers<Answer>();
  answered.promise.catch(() => {});
  const stream = start((line) => {
    // The answer has two lines at most; more would only be kept for ever.
    if (lines.length < 2) lines.push(line);
    const answer = answerOf(lines);
    if (answer !== undefined) answered.resolve(answer);
  });
  const ended = stream.ended.then(({ stderr, exitCode }) => {
    const said = stderr.trim() || `the lock script ended (exit code ${exitCode ?? "none"})`;
    answered.reject(new Error(said));
  });
  return {
    take(line) {
      stream.write(`${line}\n`);
      return answered.promise;
    },
    beat: () => stream.write("\n"),
    release: () => stream.stop(),
    ended,
  };
}
