import { describe, expect, test } from "vitest";
import { driverOf } from "../../src/machines/vagrant/driver.ts";

const machine = { id: "ID", cables: 2, network: "quintet-shop" };
const driver = (name: Parameters<typeof driverOf>[0]) => driverOf(name, "qemu:///system");
const lines = (commands: readonly (readonly string[])[]) => commands.map((argv) => argv.join(" "));

describe("power off hard, on, and whether it is on", () => {
  test.each([
    [
      "virtualbox",
      "VBoxManage controlvm ID poweroff",
      "VBoxManage startvm ID --type headless",
      "VBoxManage showvminfo ID --machinereadable",
      'name="x"\nVMState="running"\nVMStateChangeTime="2026"\n',
      'name="x"\nVMState="aborted"\n',
    ],
    [
      "libvirt",
      "virsh --connect qemu:///system destroy ID",
      "virsh --connect qemu:///system start ID",
      "virsh --connect qemu:///system domstate ID",
      "running\n\n",
      "shut off\n\n",
    ],
    [
      "vmware_desktop",
      "vmrun stop ID hard",
      "vmrun start ID nogui",
      "vmrun list",
      "Total: 2\nother\nID\n",
      "Total: 0\n",
    ],
    [
      "parallels",
      "prlctl stop ID --kill",
      "prlctl start ID",
      "prlctl status ID",
      "VM ID exist running\n",
      "VM ID exist stopped\n",
    ],
  ] as const)("%s", (name, off, on, state, running, stopped) => {
    const { powerOff, start, stateArgv, isRunning, isRoots } = driver(name);
    expect(lines(powerOff(machine))).toEqual([off]);
    expect(start(machine).join(" ")).toBe(on);
    expect(stateArgv(machine).join(" ")).toBe(state);
    expect([isRunning(running, machine), isRunning(stopped, machine)]).toEqual([true, false]);
    expect(isRoots).toBe(false);
  });

  test("lxc: its cable goes first, or its kernel would answer a few packets more", () => {
    const { powerOff, start, isRunning, isRoots } = driver("lxc");
    const [[, , script, ...words] = []] = powerOff(machine);
    expect(script).toBe(
      'ip link set dev "$(lxc-info -n "$1" -c lxc.net.1.veth.pair -H)" down\nexec lxc-stop -n "$1" --kill',
    );
    expect(words).toEqual(["sh", "ID"]);
    expect(start(machine)).toEqual(["lxc-start", "-n", "ID"]);
    expect([isRunning("RUNNING\n", machine), isRunning("STOPPED\n", machine)]).toEqual([true, false]);
    expect(isRoots).toBe(true);
  });
});

test.each([
  [
    "virtualbox",
    "VBoxManage: error: Could not find a registered machine named 'ID'",
    "VBoxManage: error: Failed to create the VirtualBox object!",
  ],
  ["libvirt", "error: failed to get domain 'ID'", "error: failed to connect to the hypervisor"],
  ["lxc", "ID doesn't exist", "Insufficent privileges to control ID"],
  ["parallels", 'The virtual machine "ID" could not be found.', "Unable to connect to Parallels Service."],
] as const)("%s: that there is no machine is told from that nobody knows", (name, absent, failed) => {
  expect([absent, failed].map((said) => driver(name).absent?.test(said))).toEqual([true, false]);
});

describe("the cables on the rehearsal's network, and none else", () => {
  const VIRTUALBOX = 'nic1="nat"\nnic2="hostonly"\nnic3="hostonlynetwork"\nnic4="none"\n';
  const LIBVIRT = ` Interface   Type      Source            Model    MAC
-----------------------------------------------------------------
 vnet4       network   vagrant-libvirt   virtio   52:54:00:00:00:01
 vnet5       network   quintet-shop      virtio   52:54:00:00:00:02
 vnet6       network   quintet-shopping  virtio   52:54:00:00:00:03
`;
  test.each([
    [
      "virtualbox",
      "down",
      VIRTUALBOX,
      ["VBoxManage controlvm ID setlinkstate2 off", "VBoxManage controlvm ID setlinkstate3 off"],
    ],
    [
      "virtualbox",
      "up",
      VIRTUALBOX,
      ["VBoxManage controlvm ID setlinkstate2 on", "VBoxManage controlvm ID setlinkstate3 on"],
    ],
    ["libvirt", "down", LIBVIRT, ["virsh --connect qemu:///system domif-setlink ID 52:54:00:00:00:02 down"]],
    ["libvirt", "up", LIBVIRT, ["virsh --connect qemu:///system domif-setlink ID 52:54:00:00:00:02 up"]],
    ["lxc", "down", "qp-0123456789\n", ["ip link set dev qp-0123456789 down"]],
    [
      "vmware_desktop",
      "down",
      "",
      ["vmrun disconnectNamedDevice ID ethernet1", "vmrun disconnectNamedDevice ID ethernet2"],
    ],
    ["vmware_desktop", "up", "", ["vmrun connectNamedDevice ID ethernet1", "vmrun connectNamedDevice ID ethernet2"]],
    ["parallels", "down", "", ["prlctl set ID --device-disconnect net1", "prlctl set ID --device-disconnect net2"]],
    ["parallels", "up", "", ["prlctl set ID --device-connect net1", "prlctl set ID --device-connect net2"]],
  ] as const)("%s %s", (name, state, cables, expected) => {
    expect(lines(driver(name).link(machine, state, cables))).toEqual(expected);
  });
});
