import { must, privileged } from "../privileged.ts";
import { linkName } from "./names.ts";
import { type MachineProcess, machineProcesses } from "./processes.ts";
import type { NspawnWorld } from "./world.ts";

// The link goes first: a dying kernel would still answer a few packets with resets that a dead machine never sends.
const CUT = 'ip link set dev "$1" down; shift; kill -KILL "$@"';

export function cutPowerArgv(machine: string, pids: readonly number[]): string[] {
  return ["sh", "-c", CUT, "sh", linkName(machine), ...pids.map(String)];
}

/** Ten seconds at least. */
const ROUNDS = 500;
/** From this round on, systemd-nspawn has had its time to tidy up. */
const IMPATIENT = 150;

export interface CutOptions {
  /** One machine; all of the rehearsal's where it is left out. */
  readonly machine?: string;
  /**
   * Return only when systemd-nspawn, outside of the machine, is gone too. That takes up to two seconds longer, and
   * the machine cannot boot again before.
   */
  readonly isWhole: boolean;
}

/** Cuts the power; returns when no process of the machines is left. Does nothing to dead machines. */
export async function cutPower(world: NspawnWorld, stack: string, { machine, isWhole }: CutOptions): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const all = (await machineProcesses(world, stack)).filter(
      (each) => machine === undefined || each.machine === machine,
    );
    if (!all.some(({ role }) => isWhole || role !== "nspawn")) return;
    for (const name of new Set(all.map((each) => each.machine))) {
      const processes = all.filter((each) => each.machine === name);
      // The kernel ends a machine with its init, and systemd-nspawn follows by itself; killed, it would leave things behind.
      const isVictim = ({ role }: MachineProcess) => role === "init" || role === "starter" || round > IMPATIENT;
      const pids = processes.filter(isVictim).map(({ pid }) => pid);
      if (pids.length > 0) await privileged(world)(cutPowerArgv(name, pids));
    }
    await world.sleep(20);
  }
  await must(world.run, ["false"], { doing: `end the processes of ${machine ?? stack}` });
}
