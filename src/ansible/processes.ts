import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;

/**
 * Ends every process of one run: SIGTERM, and SIGKILL after `graceMs`. Ansible's workers and ssh's kept connections
 * leave the process group and are nobody's children, so a signal to the group does not reach them. They are known by
 * the run's own directory for connections, which is in their environment (`variable`) or, where ssh has written over
 * that, in their title.
 */
export async function endProcesses(variable: string, directory: string, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  const asked = new Set<number>();
  for (;;) {
    const left = await processesOf(`${variable}=${directory}`, `ssh: ${directory}/`);
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

/** Ids of the living processes with this in their environment, or a title that begins so. Empty without a /proc. */
async function processesOf(environment: string, title: string): Promise<number[]> {
  const entries = await readdir("/proc").catch(() => []);
  const found = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (pid) => {
        // Another user's process, or one that just ended: not ours. A zombie has neither.
        const read = (file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
        const ours =
          (await read("environ")).split("\0").includes(environment) || (await read("cmdline")).startsWith(title);
        return ours ? [Number(pid)] : [];
      }),
  );
  return found.flat();
}
