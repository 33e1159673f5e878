import { describe, expect, test } from "vitest";
import type { VagrantProvider } from "../../src/machines/provider.ts";
import { allowsHostOnly, refuseUnfit } from "../../src/machines/vagrant/refuse.ts";
import { upFailure } from "../../src/machines/vagrant/up-failure.ts";
import { isNetwork, readNetwork } from "../../src/stack/addresses.ts";
import { host, stack } from "../nspawn/example.ts";
import { computer } from "./world.ts";

const shop = stack([host("web1", "10.77.9.11"), host("web2", "10.77.9.12")]);
const first = (provider: VagrantProvider) => ({ provider, absent: shop.hosts, isFirst: true });
const OTHER = JSON.stringify([{ ifname: "tun0", addr_info: [{ local: "10.77.9.5", prefixlen: 24 }] }]);
const CONF = "cat /etc/vbox/networks.conf";

test.each([
  ["* 192.168.56.0/21", "192.168.57.0/24", true],
  ["* 192.168.56.0/21", "10.77.9.0/24", false],
  ["# mine\n* 10.0.0.0/8 192.168.0.0/16\n", "10.77.9.0/24", true],
  ["* 0.0.0.0/0 ::/0", "10.77.9.0/24", true],
  ["* 10.77.9.0/25", "10.77.9.0/24", false],
  ["10.0.0.0/8", "10.77.9.0/24", false],
  ["", "192.168.56.0/24", false],
])("networks.conf %j, %s: %s", (conf, text, allowed) => {
  const network = readNetwork(text);
  if (!isNetwork(network)) throw new Error(text);
  expect(allowsHostOnly(conf, network)).toBe(allowed);
});

describe("what would stop machines half-way stops them before", () => {
  test.each([
    [
      "a range that VirtualBox forbids",
      "virtualbox",
      { [CONF]: 1, "VBoxManage --version": "7.0.16r1\n" },
      "VirtualBox does not allow the rehearsal's subnet 10.77.9.0/24 for host-only networks.",
      "Use addresses in 192.168.56.0/21 in stack.yml, or allow it: sudo mkdir -p /etc/vbox && echo '* 192.168.56.0/21 10.77.9.0/24' | sudo tee -a /etc/vbox/networks.conf",
    ],
    [
      "a range that its own file forbids",
      "virtualbox",
      { [CONF]: "* 192.168.0.0/16\n", "VBoxManage --version": "7.0.16r1\n" },
      "VirtualBox does not allow the rehearsal's subnet 10.77.9.0/24 for host-only networks.",
      "Use addresses in 192.168.56.0/21 in stack.yml, or allow it: sudo mkdir -p /etc/vbox && echo '* 10.77.9.0/24' | sudo tee -a /etc/vbox/networks.conf",
    ],
    [
      "a range that is in use",
      "lxc",
      { "ip -json -4 address": OTHER },
      "The rehearsal's subnet 10.77.9.0/24 is already used on this computer by the interface tun0 (10.77.9.5/24).",
      "Use other addresses in stack.yml, or free that subnet.",
    ],
  ] as const)("%s", async (_, provider, answers, message, next) => {
    const { world } = computer({ "ip -json": "[]", ...answers });
    await expect(refuseUnfit(world, shop, first(provider))).rejects.toMatchObject({
      fields: { message, next, exitCode: 3, step: "machines" },
    });
  });

  test.each([
    ["a host", stack([host("web1", "10.77.9.1")])],
    ["the virtual IP", stack([host("web1", "10.77.9.11")], { address: "10.77.9.1" })],
  ])("%s with the address that is this computer's own", async (_, taken) => {
    const { world } = computer({ "ip -json": "[]" });
    const fitting = { ...first("lxc"), absent: taken.hosts };
    await expect(refuseUnfit(world, taken, fitting)).rejects.toMatchObject({
      fields: { message: "10.77.9.1 is this computer's own address in 10.77.9.0/24.", exitCode: 3 },
    });
  });

  test.each([
    [2047, "Give them less in stack.yml, as in machine: { memory_mb: 960 }, or end other programs."],
    [1500, "Give them less in stack.yml, as in machine: { memory_mb: 704 }, or end other programs."],
    [900, "End other programs: 2 machines need 1024 MiB at least. systemd-nspawn machines need less, on Linux."],
  ])("%i MiB of memory for two machines of 1024", async (available, next) => {
    const { world } = computer({ "ip -json": "[]" }, { availableMemoryMb: async () => available });
    await expect(refuseUnfit(world, shop, first("libvirt"))).rejects.toMatchObject({
      fields: {
        message: `The 2 machines to make (web1, web2) need 2048 MiB of memory; this computer has ${available} MiB left.`,
        next,
      },
    });
  });

  test("containers need no memory of their own, and machines that exist need none more", async () => {
    const { world } = computer({ "ip -json": "[]" }, { availableMemoryMb: async () => 1 });
    await refuseUnfit(world, shop, first("lxc"));
    await refuseUnfit(world, shop, { provider: "libvirt", absent: [], isFirst: false });
  });

  test.each([
    ["virtualbox", { [CONF]: "* 0.0.0.0/0" }, "vboxnet0"],
    ["lxc", {}, "qv-shop"],
    [
      "libvirt",
      { "virsh --connect qemu:///system net-info quintet-shop": "Name: x\nBridge:         virbr7\n" },
      "virbr7",
    ],
  ] as const)("%s: what is left of an earlier rehearsal is no conflict", async (provider, answers, ifname) => {
    const left = JSON.stringify([{ ifname, addr_info: [{ local: "10.77.9.1", prefixlen: 24 }] }]);
    const { world } = computer({ "ip -json": "[]", "ip -json -4 address": left, ...answers });
    await refuseUnfit(world, shop, first(provider));
  });
});

test.each([
  ["Stderr: VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)", "Hardware virtualization is off"],
  ["VBoxManage: error: AMD-V is disabled in the BIOS (VERR_SVM_DISABLED)", "Hardware virtualization is off"],
  ["could not get preferred machine for /usr/bin/qemu type=kvm: does not support virt type 'kvm'", "Hardware virtual"],
  ["VBoxManage: error: VT-x is being used by another hypervisor (VERR_VMX_IN_VMX_ROOT_MODE)", "Another hypervisor"],
  ["configured for the host-only network is not within the\nallowed ranges.", "does not allow the rehearsal's subnet"],
  ["The specified host network collides with a non-hostonly network!", "collides with another network"],
  ["qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory", "too little memory"],
  ["something else", "Vagrant's provider virtualbox cannot bring the machines up."],
])("%s", (said, message) => {
  const { fields } = upFailure("virtualbox", `first line\n${said}`, "quintet rehearse down");
  expect(fields.message).toContain(message);
  expect(fields.detail).toContain(said);
  expect(fields.next).toContain("quintet rehearse down");
});
