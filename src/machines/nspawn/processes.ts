import { must, privileged } from "../privileged.ts";
import { machinePrefix, unitName } from "./names.ts";
import type { NspawnWorld } from "./world.ts";

/** One process of a machine. */
export interface MachineProcess {
  readonly pid: number;
  readonly machine: string;
  /**
   * init: the machine's own PID 1. inside: any other that runs in the machine. starter: outside of it, will start it
   * (again). nspawn: systemd-nspawn, outside of it too; it ends by itself some time after the machine.
   */
  readonly role: "init" | "inside" | "starter" | "nspawn";
}

// Asks the kernel, not a file of ours: what it says is true after any crash. $1: how the control groups' names begin.
const LIST = `grep -sH -e "^NSpid:" -e "^State:.Z" -e ":/.*$1" /proc/[0-9]*/status /proc/[0-9]*/cgroup; true`;

function listArgv(stack: string): string[] {
  return ["sh", "-c", LIST, "sh", unitName(machinePrefix(stack)).replaceAll(".", "\\.")];
}

/** Reads what the command of listArgv prints. */
export function parseProcesses(output: string, stack: string): MachineProcess[] {
  const inits = new Set<number>();
  const zombies = new Set<number>();
  const machines = new Map<number, { machine: string; group: string | undefined }>();
  const prefix = unitName("");
  for (const line of output.split("\n")) {
    const [, pidText = "", text = ""] = /^\/proc\/(\d+)\/(?:status|cgroup):(.*)$/.exec(line) ?? [];
    const pid = Number(pidText);
    if (/^NSpid:\s+\d+\s+1$/.test(text)) inits.add(pid);
    if (/^State:\s+Z/.test(text)) zombies.add(pid);
    const path = text.split("/");
    const at = path.findIndex((part) => part.startsWith(prefix + machinePrefix(stack)));
    const unit = path[at];
    if (unit === undefined) continue;
    const machine = unit.slice(prefix.length).replace(/\.service$/, "");
    machines.set(pid, { machine, group: path[at + 1] });
  }
  return [...machines].flatMap(([pid, { machine, group }]) => {
    if (zombies.has(pid)) return []; // dead; only its parent has not asked for its exit code yet
    const inside = inits.has(pid) ? "init" : "inside";
    const outside = group === "supervisor" ? "nspawn" : "starter";
    return [{ pid, machine, role: group === "payload" ? inside : outside }];
  });
}

/** Every living process of the rehearsal's machines. */
export async function machineProcesses(world: NspawnWorld, stack: string): Promise<MachineProcess[]> {
  const output = await must(privileged(world), listArgv(stack), { doing: "list the machines' processes" });
  return parseProcesses(output, stack);
}
