// One file for this program and for the Vagrantfile, which is Ruby and reads it, too.
import defaults from "./machine-defaults.json" with { type: "json" };

export const SUITES = ["bookworm", "trixie", "sid"] as const;
export type Suite = (typeof SUITES)[number];

interface MachineDefaults {
  readonly suite: Suite;
  readonly memory_mb: number;
  readonly cpus: number;
  /** What virtual_ip.prefix is for IPv4. */
  readonly prefix: number;
  /** Vagrant boxes: by suite, then by Vagrant's provider where that is not the default. sid has none: it is made of trixie's. */
  readonly boxes: Readonly<Record<Suite, Readonly<Partial<Record<string, string>> & { default: string }>>>;
}

/** What a rehearsal machine is where stack.yml says nothing. */
export const MACHINE_DEFAULTS = defaults as MachineDefaults;
