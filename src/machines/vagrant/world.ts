import { readFile } from "node:fs/promises";
import { freemem, platform, totalmem } from "node:os";
import { join } from "node:path";
import { type MachinesWorld, machinesWorld } from "../world.ts";

const MIB = 1024 * 1024;
/** What a system that does not say how much memory it could free keeps for itself. */
const KEPT_MB = 2048;

/** What Vagrant's machines need of this computer. */
export interface VagrantWorld extends MachinesWorld {
  /** Where the Vagrantfile is. */
  readonly vagrantfileDirectory: string;
  readonly system: NodeJS.Platform;
  /** What programs could have of this computer's memory, MiB. */
  readonly availableMemoryMb: () => Promise<number>;
  readonly now: () => number;
  /** libvirt's, as virsh takes it. */
  readonly libvirtUri: string;
  /** Whether virtual machines may be emulated, without the processor's help. */
  readonly mayEmulate: boolean;
}

/** The real one. */
export async function vagrantWorld(...around: Parameters<typeof machinesWorld>): Promise<VagrantWorld> {
  const [, env] = around;
  return {
    ...(await machinesWorld(...around)),
    vagrantfileDirectory: join(import.meta.dirname, "../../.."),
    system: platform(),
    availableMemoryMb,
    now: Date.now,
    libvirtUri: env["LIBVIRT_DEFAULT_URI"] || "qemu:///system",
    mayEmulate: Boolean(env["QUINTET_EMULATE"]),
  };
}

async function availableMemoryMb(): Promise<number> {
  const text = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const [, available] = /^MemAvailable:\s+(\d+) kB$/m.exec(text) ?? [];
  if (available !== undefined) return Math.floor(Number(available) / 1024);
  return Math.max(Math.floor(freemem() / MIB), Math.floor(totalmem() / MIB) - KEPT_MB);
}
