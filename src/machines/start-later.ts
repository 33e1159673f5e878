import { spawn } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Stack } from "../stack/stack.ts";

export interface Later {
  readonly stack: Stack;
  readonly host: string;
}

const WAIT = 'sleep "$1"; shift; exec "$@"';

/**
 * Starts a machine after a while, from a process of its own that outlives this one; gives what calls it off. Nothing
 * happens to a machine that runs by then, or is gone.
 */
export async function startLater(later: Later, afterMs: number): Promise<() => void> {
  // The stack goes through a pipe, where it waits: its settings are nobody's business who lists processes.
  const program = fileURLToPath(new URL(`./start-later-program${extname(import.meta.filename)}`, import.meta.url));
  const argv = ["-c", WAIT, "sh", String(Math.ceil(afterMs / 1000)), process.execPath, ...process.execArgv, program];
  const child = spawn("sh", argv, { detached: true, stdio: ["pipe", "ignore", "ignore"], cwd: "/" });
  await once(child, "spawn");
  child.unref();
  await new Promise<void>((resolve, reject) => {
    child.stdin.on("error", reject);
    child.stdin.end(JSON.stringify(later), resolve);
  });
  return () => {
    try {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
}
