import { machinePrefix, unitName } from "./names.ts";
import { must, privileged } from "./privileged.ts";
import type { NspawnWorld } from "./world.ts";

/** One process of a machine. */
export interface MachineProcess {
  readonly pid: number;
  readonly machine: string;
  /**
   * init: the machine's own PID 1. inside: any other that runs in the machine. outside: systemd-nspawn, which starts
   * before the machine and ends some time after it.
   */
  readonly role: "init" | "inside" | "outside";
}

// Asks the kernel, not a file of ours: what it says is true after any crash. $1: how the control groups' names begin.
const LIST = `grep -sH -e "^NSpid:" -e ":/.*$1" /proc/[0-9]*/status /proc/[0-9]*/cgroup; true`;

export function listArgv(stack: string): string[] {
  return ["sh", "-c", LIST, "sh", unitName(machinePrefix(stack)).replaceAll(".", "\\.")];
}

/** Reads what the command of listArgv prints. */
export function parseProcesses(output: string, stack: string): MachineProcess[] {
  const inits = new Set<number>();
  const machines = new Map<number, { machine: string; isInside: boolean }>();
  const prefix = unitName("");
  for (const line of output.split("\n")) {
    const [, pidText = "", text = ""] = /^\/proc\/(\d+)\/(?:status|cgroup):(.*)$/.exec(line) ?? [];
    const pid = Number(pidText);
    if (/^NSpid:\s+\d+\s+1$/.test(text)) inits.add(pid);
    const path = text.split("/");
    const at = path.findIndex((part) => part.startsWith(prefix + machinePrefix(stack)));
    const unit = path[at];
    if (unit === undefined) continue;
    const machine = unit.slice(prefix.length).replace(/\.service$/, "");
    machines.set(pid, { machine, isInside: path[at + 1] === "payload" });
  }
  return [...machines].map(([pid, { machine, isInside }]) => {
    const role = !isInside ? "outside" : inits.has(pid) ? "init" : "inside";
    return { pid, machine, role };
  });
}

/** Every living process of the rehearsal's machines. */
export async function machineProcesses(world: NspawnWorld, stack: string): Promise<MachineProcess[]> {
  const output = await must(privileged(world), listArgv(stack), { doing: "list the machines' processes" });
  return parseProcesses(output, stack);
}
