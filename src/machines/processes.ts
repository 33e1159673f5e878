import { machinePrefix, unitName } from "./names.ts";
import { must, privileged } from "./privileged.ts";
import type { NspawnWorld } from "./world.ts";

/** One process that belongs to a machine: systemd-nspawn itself or anything that runs inside. */
export interface MachineProcess {
  readonly pid: number;
  readonly machine: string;
  /** Is it the machine's own PID 1? */
  readonly isInit: boolean;
}

// Asks the kernel, not a file of ours: what it says is true after any crash. $1: how the control groups' names begin.
const LIST = `grep -sH -e "^NSpid:" -e ":/.*$1" /proc/[0-9]*/status /proc/[0-9]*/cgroup; true`;

export function listArgv(stack: string): string[] {
  return ["sh", "-c", LIST, "sh", unitName(machinePrefix(stack)).replaceAll(".", "\\.")];
}

/** Reads what the command of listArgv prints. */
export function parseProcesses(output: string, stack: string): MachineProcess[] {
  const inits = new Set<number>();
  const machines = new Map<number, string>();
  const prefix = unitName("");
  for (const line of output.split("\n")) {
    const [, pidText = "", file, rest = ""] = /^\/proc\/(\d+)\/(status|cgroup):(.*)$/.exec(line) ?? [];
    const pid = Number(pidText);
    if (file === "status" && /\d\s+1$/.test(rest)) inits.add(pid);
    if (file !== "cgroup") continue;
    const unit = rest.split("/").find((part) => part.startsWith(prefix + machinePrefix(stack)));
    if (unit !== undefined) machines.set(pid, unit.slice(prefix.length).replace(/\.service$/, ""));
  }
  return [...machines].map(([pid, machine]) => ({ pid, machine, isInit: inits.has(pid) }));
}

/** Every living process of the rehearsal's machines. */
export async function machineProcesses(world: NspawnWorld, stack: string): Promise<MachineProcess[]> {
  const output = await must(privileged(world), listArgv(stack), { doing: "list the machines' processes" });
  return parseProcesses(output, stack);
}
