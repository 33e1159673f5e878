import { describe, expect, test } from "vitest";
import { doctorCommand } from "../../src/commands/doctor.ts";
import type { Event } from "../../src/events.ts";
import { computer } from "../providers/world.ts";
import { fakeContext } from "./context.ts";

/** A Linux with a Python and ssh, and with what systemd-nspawn needs but for `missing`; without Vagrant. */
async function doctor(missing: string) {
  const { world } = computer({
    "uname -s": "Linux\n",
    "id -u": "0\n",
    "sh -c PATH": missing,
    "cat /proc/filesystems": "nodev\toverlay\n",
    "cat /proc/self/mounts": "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n",
    vagrant: 127,
    VBoxManage: 127,
    virsh: 127,
    vmrun: 127,
    "lxc-info": 127,
    python3: "3.13.0 /usr/bin/python3\n",
  });
  const events: Event[] = [];
  const error = await doctorCommand({}, fakeContext("/nowhere", events, { run: world.run })).then(
    () => undefined,
    (fault: { fields: { message: string; next: string } }) => fault.fields,
  );
  const table = events.find((event) => event.type === "table");
  return { error, rows: table?.rows.filter(([purpose]) => purpose?.startsWith("rehearse")) ?? [], events };
}

describe("rehearsal machines", () => {
  test("one provider is enough; what the others lack is said, and is nothing to mend", async () => {
    const { error, rows } = await doctor("");
    expect(error?.message ?? "").not.toContain("Vagrant");
    expect(rows.map(([purpose, found]) => [purpose, found])).toEqual([
      ["rehearse --provider systemd-nspawn", "all that systemd-nspawn machines need"],
      ["rehearse --provider vagrant:virtualbox", "lacks Vagrant; VirtualBox"],
      [
        "rehearse --provider vagrant:libvirt",
        "lacks Vagrant; a libvirt that answers this user; the plugin vagrant-libvirt",
      ],
      [
        "rehearse --provider vagrant:vmware_desktop",
        "lacks Vagrant; VMware Workstation or Fusion (vmrun); the plugin vagrant-vmware-desktop",
      ],
      ["rehearse --provider vagrant:lxc", "lacks Vagrant; LXC; the plugin vagrant-lxc"],
    ]);
    expect(rows[4]?.[2]).toBe("sudo apt-get install vagrant lxc vagrant-lxc");
  });

  test("without any, only the fewest steps are to be done", async () => {
    const { error } = await doctor("nft\n");
    expect(error?.message).toContain("lacks nft");
    expect(error?.message).not.toContain("Vagrant");
    expect(error?.next).toContain("sudo apt-get install nftables");
  });
});
