import type { VagrantProvider } from "../provider.ts";

/** A machine as its provider knows it. */
export interface Placed {
  readonly id: string;
  /** How many addresses it has on the rehearsal's network: each is at a cable of its own, but for containers. */
  readonly cables: number;
  /** The rehearsal's network, where the provider knows it by name. */
  readonly network: string;
}

type LinkState = "up" | "down";

/** What Vagrant itself cannot do at once, or not at all: commands of what is below it. Pure. */
export interface Driver {
  /** Whether the commands are root's. */
  readonly isRoots: boolean;
  /** Nothing is flushed or said goodbye to, and nothing answers any more once the last of these has ended. */
  powerOff(machine: Placed): readonly (readonly string[])[];
  start(machine: Placed): readonly string[];
  /** Prints whether the machine runs; fails where there is none, but for VMware's. */
  stateArgv(machine: Placed): readonly string[];
  /** What it says then. It also fails for other reasons. */
  readonly absent?: RegExp;
  isRunning(printed: string, machine: Placed): boolean;
  /** Takes away a machine without power that Vagrant does not know any more. */
  remove(machine: Placed): readonly string[];
  /** Prints what `link` has to know; undefined: nothing tells which cables are there, and which are in. */
  cablesArgv(machine: Placed): readonly string[] | undefined;
  link(machine: Placed, state: LinkState, cables: string): readonly (readonly string[])[];
}

const virtualbox: Driver = {
  isRoots: false,
  powerOff: ({ id }) => [["VBoxManage", "controlvm", id, "poweroff"]],
  start: ({ id }) => ["VBoxManage", "startvm", id, "--type", "headless"],
  stateArgv: ({ id }) => ["VBoxManage", "showvminfo", id, "--machinereadable"],
  absent: /Could not find a registered machine|VBOX_E_OBJECT_NOT_FOUND/,
  isRunning: (printed) => /^VMState="running"\s*$/m.test(printed),
  remove: ({ id }) => ["VBoxManage", "unregistervm", id, "--delete"],
  cablesArgv: ({ id }) => ["VBoxManage", "showvminfo", id, "--machinereadable"],
  link: ({ id }, state, cables) =>
    [...cables.matchAll(/^nic(\d+)="hostonly(?:network)?"\s*$/gm)].map(([, number = ""]) => {
      return ["VBoxManage", "controlvm", id, `setlinkstate${number}`, state === "up" ? "on" : "off"];
    }),
};

function libvirt(uri: string): Driver {
  const virsh = (...words: readonly string[]) => ["virsh", "--connect", uri, ...words];
  return {
    isRoots: false,
    powerOff: ({ id }) => [virsh("destroy", id)],
    start: ({ id }) => virsh("start", id),
    stateArgv: ({ id }) => virsh("domstate", id),
    absent: /failed to get domain/,
    isRunning: (printed) => printed.trim() === "running",
    remove: ({ id }) => virsh("undefine", id, "--remove-all-storage", "--snapshots-metadata", "--nvram"),
    cablesArgv: ({ id }) => virsh("domiflist", id),
    // Interface, Type, Source, Model, MAC.
    link: ({ id, network }, state, cables) =>
      cables.split("\n").flatMap((line) => {
        const [, , source, , mac] = line.trim().split(/\s+/);
        return source === network && mac !== undefined ? [virsh("domif-setlink", id, mac, state)] : [];
      }),
  };
}

const setLink = (name: string, state: LinkState) => ["ip", "link", "set", "dev", name, state];

// $1: the container. A dying kernel would still answer a few packets with resets that a dead machine never sends.
const LXC_POWER_OFF = `ip link set dev "$(lxc-info -n "$1" -c lxc.net.1.veth.pair -H)" down
exec lxc-stop -n "$1" --kill`;

const lxc: Driver = {
  isRoots: true,
  powerOff: ({ id }) => [["sh", "-c", LXC_POWER_OFF, "sh", id]],
  start: ({ id }) => ["lxc-start", "-n", id],
  stateArgv: ({ id }) => ["lxc-info", "-n", id, "-sH"],
  absent: /doesn't exist/,
  isRunning: (printed) => printed.trim() === "RUNNING",
  remove: ({ id }) => ["lxc-destroy", "-n", id],
  cablesArgv: ({ id }) => ["lxc-info", "-n", id, "-c", "lxc.net.1.veth.pair", "-H"],
  link: (_, state, cables) => [setLink(cables.trim(), state)],
};

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** The id is the path of the machine's .vmx; its adapter 0 is Vagrant's own. */
const vmware: Driver = {
  isRoots: false,
  powerOff: ({ id }) => [["vmrun", "stop", id, "hard"]],
  start: ({ id }) => ["vmrun", "start", id, "nogui"],
  stateArgv: () => ["vmrun", "list"],
  isRunning: (printed, { id }) => printed.split(/\r?\n/).includes(id),
  remove: ({ id }) => ["vmrun", "deleteVM", id],
  cablesArgv: () => undefined,
  link: ({ id, cables }, state) =>
    numbers(cables).map((number) => {
      return ["vmrun", state === "up" ? "connectNamedDevice" : "disconnectNamedDevice", id, `ethernet${number}`];
    }),
};

/** Its adapter 0 is Vagrant's own. */
const parallels: Driver = {
  isRoots: false,
  powerOff: ({ id }) => [["prlctl", "stop", id, "--kill"]],
  start: ({ id }) => ["prlctl", "start", id],
  stateArgv: ({ id }) => ["prlctl", "status", id],
  absent: /could not be found|is not registered/,
  isRunning: (printed) => /\brunning\s*$/.test(printed),
  remove: ({ id }) => ["prlctl", "delete", id],
  cablesArgv: () => undefined,
  link: ({ id, cables }, state) =>
    numbers(cables).map((number) => {
      return ["prlctl", "set", id, state === "up" ? "--device-connect" : "--device-disconnect", `net${number}`];
    }),
};

export function driverOf(provider: VagrantProvider, libvirtUri: string): Driver {
  return { virtualbox, libvirt: libvirt(libvirtUri), lxc, vmware_desktop: vmware, parallels }[provider];
}
