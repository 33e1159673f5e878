import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** Set in the environment of a run: every process of it carries the run's own value, wherever it has moved to. */
export const RUN_VARIABLE = "QUINTET_RUN";

const POLL_MS = 20;

/**
 * Ends every process that carries the run's mark: Ansible's workers and ssh's kept connections leave the process group
 * and are nobody's children, so a signal to the group does not reach them. SIGTERM, and SIGKILL after `graceMs`.
 */
export async function endProcesses(run: string, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  const asked = new Set<number>();
  for (;;) {
    const left = await processesOf(run);
    if (left.length === 0) return;
    const late = performance.now() > deadline;
    for (const pid of left) {
      if (late || !asked.has(pid)) signal(pid, late ? "SIGKILL" : "SIGTERM");
      asked.add(pid);
    }
    await delay(POLL_MS);
  }
}

/** Sends a signal to a process, or to a group where pid is negative; one that is gone already is no fault. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Ids of the living processes that carry the mark. Empty where there is no /proc. */
async function processesOf(run: string): Promise<number[]> {
  const entries = await readdir("/proc").catch(() => []);
  const mark = `${RUN_VARIABLE}=${run}`;
  const marked = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (pid) => {
        // Another user's process, or one that just ended: not ours. A zombie's environment reads as empty.
        const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
        return environment.split("\0").includes(mark) ? [Number(pid)] : [];
      }),
  );
  return marked.flat();
}
