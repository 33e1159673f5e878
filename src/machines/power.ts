import { linkName } from "./names.ts";
import { must, privileged } from "./privileged.ts";
import { machineProcesses } from "./processes.ts";
import type { NspawnWorld } from "./world.ts";

// The link goes first: a dying kernel would still answer a few packets with resets that a dead machine never sends.
const CUT = 'ip link set dev "$1" down; shift; kill -KILL "$@"';

export function cutPowerArgv(machine: string, pids: readonly number[]): string[] {
  return ["sh", "-c", CUT, "sh", linkName(machine), ...pids.map(String)];
}

const ROUNDS = 500;
/** From this round on, systemd-nspawn has had its time. */
const IMPATIENT = 150;

/** Cuts the power of one machine, or of all of the rehearsal's; returns when no process of theirs is left. */
export async function cutPower(world: NspawnWorld, stack: string, only?: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const all = await machineProcesses(world, stack);
    const living = all.filter(({ machine }) => only === undefined || machine === only);
    if (living.length === 0) return;
    for (const name of new Set(living.map(({ machine }) => machine))) {
      const processes = living.filter(({ machine }) => machine === name);
      const inits = processes.filter(({ isInit }) => isInit);
      // The kernel ends a machine with its init; systemd-nspawn then tidies up and ends by itself, if it can. Killed
      // before it has made the machine, it has nothing to tidy.
      const isEnding = inits.length === 0 && round > 0 && round < IMPATIENT;
      const pids = (inits.length > 0 ? inits : processes).map(({ pid }) => pid);
      if (!isEnding) await privileged(world)(cutPowerArgv(name, pids));
    }
    await world.sleep(20);
  }
  await must(world.run, ["false"], { doing: `end the processes of ${only ?? stack}` });
}
