import { existsSync } from "node:fs";
import { type MachinesWorld, machinesWorld } from "../world.ts";

/** What systemd-nspawn machines need of this computer. */
export interface NspawnWorld extends MachinesWorld {
  /** Disks and logs of machines that exist. Root's, closed to everybody else: the disks hold set-user-id programs. */
  readonly stateDirectory: string;
  /** Is systemd this computer's PID 1? */
  readonly hasSystemd: boolean;
}

/** The real one. */
export async function nspawnWorld(...around: Parameters<typeof machinesWorld>): Promise<NspawnWorld> {
  return {
    ...(await machinesWorld(...around)),
    stateDirectory: "/var/lib/quintet",
    hasSystemd: existsSync("/run/systemd/system"),
  };
}
