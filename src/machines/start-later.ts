import { spawn } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Stack } from "../stack/stack.ts";
import type { Machines } from "./machines.ts";
import type { Provider } from "./provider.ts";

export interface Later {
  readonly provider: Provider;
  readonly stack: Stack;
  readonly host: string;
}

const WAIT = 'sleep "$1"; shift; exec "$@"';

/** The starts that are to come, of one provider's machines. */
export function laterStarts(provider: Provider): Pick<Machines, "startLater"> & {
  /** Does nothing where none is to come. */
  callOff(stack: Stack, host: string): void;
} {
  const coming = new Map<string, () => void>();
  const nameOf = (stack: Stack, host: string) => `${stack.name}.${host}`;
  const callOff = (stack: Stack, host: string) => {
    coming.get(nameOf(stack, host))?.();
    coming.delete(nameOf(stack, host));
  };
  return {
    callOff,
    async startLater(stack, host, afterMs) {
      callOff(stack, host);
      coming.set(nameOf(stack, host), await startLater({ provider, stack, host }, afterMs));
    },
  };
}

/**
 * Starts a machine after a while, from a process of its own that outlives this one; gives what calls it off. Nothing
 * happens to a machine that runs by then, or is gone.
 */
async function startLater(later: Later, afterMs: number): Promise<() => void> {
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
