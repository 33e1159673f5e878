import type { Emit } from "../events.ts";
import type { Stack } from "../stack/stack.ts";
import type { Provider } from "./provider.ts";

export type MachineState = "running" | "stopped" | "absent";

export interface MachineStatus {
  readonly host: string;
  readonly address: string;
  readonly state: MachineState;
}

/**
 * Local machines for a rehearsal: what systemd-nspawn and Vagrant have in common.
 * A machine is named after its host in stack.yml; a rehearsal is named after its stack.
 * Errors are QuintetErrors.
 */
export interface Machines {
  readonly provider: Provider;
  /**
   * Makes and boots every machine of the stack, lets `ssh.user` in with the stack's key (made if missing) and
   * with sudo, pins the machines' host keys in the stack directory's known_hosts, and returns when SSH answers on all.
   * Does nothing to a machine that is already running. Emits a row a host under the step "machines".
   */
  up(stack: Stack, emit: Emit): Promise<void>;
  /** Removes every process, mount, link, bridge, address and firewall rule that up made, also after a crash. */
  down(stack: Stack, emit: Emit): Promise<void>;
  /**
   * Brings every machine back to what `up` made: blank, running, with its user let in. For machines that were made; makes
   * those that are missing.
   */
  reset(stack: Stack, emit: Emit): Promise<void>;
  status(stack: Stack): Promise<MachineStatus[]>;
  /** Asks for this one alone: another that cannot be asked says nothing about it. */
  stateOf(stack: Stack, host: string): Promise<MachineState>;
  /** A power cut: nothing of the machine answers any more once this returns, and nothing is flushed or said goodbye to. */
  powerOff(stack: Stack, host: string): Promise<void>;
  /** Power comes back: boots the machine with the disk it had; returns when SSH answers. */
  start(stack: Stack, host: string): Promise<void>;
  /**
   * Starts the machine after this long, unless it runs by then or start was called: also where this process is killed
   * before.
   */
  startLater(stack: Stack, host: string, afterMs: number): Promise<void>;
  /** Pulls or plugs the machine's network cable. */
  link(stack: Stack, host: string, state: "up" | "down"): Promise<void>;
}
