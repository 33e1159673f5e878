import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { makeAnswerScript } from "./answer-script.ts";
import { onProcessExit } from "./exit-hooks.ts";

/** An ssh-agent for this run only. */
export interface OwnAgent {
  readonly socket: string;
  /** False: that is not the key's passphrase. */
  add(file: string, passphrase: string): Promise<boolean>;
  /** Ends the agent, and with it the keys. */
  close(): Promise<void>;
}

const PASSPHRASE = "QUINTET_PASSPHRASE";

/** The agent ends with the program that it starts, and that ends with us, however we end. */
export async function startAgent(): Promise<OwnAgent> {
  const directory = await mkdtemp(join(tmpdir(), "quintet-"));
  const socket = join(directory, "agent");
  const program = ["sh", "-c", 'echo "$SSH_AGENT_PID"; exec cat >/dev/null'];
  // A group of its own: the terminal's Ctrl-C is for us.
  const child = spawn("ssh-agent", ["-a", socket, ...program], { stdio: ["pipe", "pipe", "ignore"], detached: true });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const pid = Number(await firstLine(child));
  const end = () => {
    try {
      process.kill(pid, "SIGTERM");
    } catch {
      // It is gone.
    }
  };
  const takeBack = onProcessExit(end);
  const askpass = await makeAnswerScript(PASSPHRASE);
  return {
    socket,
    async add(file, passphrase) {
      const { DISPLAY: _, ...rest } = process.env;
      const env = {
        ...rest,
        SSH_AUTH_SOCK: socket,
        SSH_ASKPASS: askpass.path,
        SSH_ASKPASS_REQUIRE: "force",
        [PASSPHRASE]: passphrase,
      };
      const adding = spawn("ssh-add", ["-q", "--", file], { stdio: "ignore", env, timeout: 30_000 });
      const [exitCode] = await once(adding, "exit");
      return exitCode === 0;
    },
    async close() {
      takeBack();
      end();
      child.stdin?.end();
      await ended;
      await Promise.all([askpass.remove(), rm(directory, { recursive: true, force: true })]);
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("no output");
  const failed = once(child, "error").then(([error]) => {
    throw error;
  });
  failed.catch(() => {});
  const lines = createInterface(child.stdout);
  const [line] = await Promise.race([once(lines, "line"), once(lines, "close").then(() => [""]), failed]);
  lines.close();
  if (!/^\d+$/.test(line)) throw new Error(`ssh-agent did not start: ${line}`);
  return line;
}
