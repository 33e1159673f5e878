import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A running guestbook. */
export interface Guestbook {
  readonly url: string;
  /** Everything it said on stdout so far, line by line. */
  readonly lines: readonly string[];
  /** Resolves with the first line on stdout, past or future, that matches. */
  line(pattern: RegExp): Promise<string>;
  /** Sends SIGTERM. */
  terminate(): void;
  /** Its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
}

/** Starts server.js of the installed guestbook in `directory` on a free loopback port; returns once it listens. */
export async function startGuestbook(directory: string, env: Readonly<Record<string, string>>): Promise<Guestbook> {
  const child = spawn(process.execPath, ["server.js"], {
    cwd: directory,
    env: { HOST: "127.0.0.1", PORT: "0", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit").then(([code, signal]) => code ?? signal);
  const lines: string[] = [];
  const output = createInterface(child.stdout);
  output.on("line", (text) => lines.push(text));
  const line = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = lines.find((text) => pattern.test(text));
      if (found !== undefined) return found;
      await Promise.race([
        once(output, "line"),
        exited.then((how) => Promise.reject(new Error(`The guestbook ended (${how}) and never said ${pattern}.`))),
      ]);
    }
  };
  const port = /port (\d+)$/.exec(await line(/^listening /))?.[1];
  return { url: `http://127.0.0.1:${port}`, lines, line, terminate: () => child.kill("SIGTERM"), exited };
}
