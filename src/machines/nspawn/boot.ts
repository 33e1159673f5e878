import { join } from "node:path";
import { must, privileged } from "../privileged.ts";
import { readCgroupRoots, removeCgroups } from "./cgroups.ts";
import { unitName } from "./names.ts";
import type { NspawnWorld } from "./world.ts";

export interface Machine {
  /** Host name in stack.yml. */
  readonly host: string;
  /** Its name for systemd-nspawn. */
  readonly name: string;
  readonly bridge: string;
  /** Holds root/ (its disk, mounted), upper/, work/, made.json and console.log. */
  readonly directory: string;
}

export function consoleLog(machine: Machine): string {
  return join(machine.directory, "console.log");
}

/** The container itself. Needs a control group of its own to start in, or machines end each other's services. */
export function nspawnArgv(machine: Machine): string[] {
  return [
    "env",
    "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1",
    "systemd-nspawn",
    `--directory=${join(machine.directory, "root")}`,
    `--machine=${machine.name}`,
    `--hostname=${machine.host}`,
    "--boot",
    "--settings=no",
    "--register=no",
    "--keep-unit",
    `--network-bridge=${machine.bridge}`,
    "--resolv-conf=off",
    "--timezone=off",
    "--link-journal=no",
    "--console=pipe",
  ];
}

/** systemd-nspawn ends with this code when the machine reboots: whoever started it is to start it again. */
const REBOOT = 133;

// Enters a new control group in every hierarchy, then leaves the container running in a session of its own, so that
// it outlives us. Arguments: the log, how many control groups, the groups, the command.
const DETACH = `set -e
log=$1 groups=$2; shift 2
while [ "$groups" -gt 0 ]; do
  mkdir -p "$1"; echo $$ >"$1/cgroup.procs"; shift; groups=$((groups - 1))
done
exec setsid --fork sh -c 'while "$@"; [ $? -eq ${REBOOT} ]; do :; done' sh "$@" >>"$log" 2>&1 </dev/null`;

/** On a computer without systemd. */
export function detachArgv(machine: Machine, roots: readonly string[]): string[] {
  const groups = roots.map((root) => join(root, unitName(machine.name)));
  return ["sh", "-c", DETACH, "sh", consoleLog(machine), String(groups.length), ...groups, ...nspawnArgv(machine)];
}

/**
 * On a computer with systemd: a service of its own, delegated as systemd-nspawn@.service is. It outlives the login
 * session, and --keep-unit then means this service.
 */
export function serviceArgv(machine: Machine): string[] {
  return [
    "systemd-run",
    `--unit=${unitName(machine.name)}.service`,
    "--collect",
    "--quiet",
    "--slice=machine.slice",
    "--property=Delegate=yes",
    "--property=KillMode=mixed",
    "--property=TasksMax=16384",
    `--property=RestartForceExitStatus=${REBOOT}`,
    `--property=SuccessExitStatus=${REBOOT}`,
    `--property=StandardOutput=append:${consoleLog(machine)}`,
    `--property=StandardError=append:${consoleLog(machine)}`,
    ...nspawnArgv(machine),
  ];
}

/** Boots a machine that is not running; returns once the container is on its way. */
export async function boot(world: NspawnWorld, machine: Machine): Promise<void> {
  await removeCgroups(world, machine.name);
  const argv = world.hasSystemd ? serviceArgv(machine) : detachArgv(machine, await readCgroupRoots(world));
  await must(privileged(world), argv, { doing: "start systemd-nspawn", host: machine.host });
}
