import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Event } from "../../src/events.ts";
import type { Machines } from "../../src/machines/machines.ts";
import { rehearsedBy } from "../../src/machines/rehearsed.ts";
import { rehearsalOf } from "../../src/machines/sizes.ts";
import { settingsOf } from "../../src/machines/vagrant/made.ts";
import { vagrantMachines } from "../../src/machines/vagrant/vagrant.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { host, stack } from "../nspawn/example.ts";
import { computer } from "./world.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quintet-vagrant-test-"));
  await writeFile(join(directory, "id"), "PRIVATE");
  await writeFile(join(directory, "id.pub"), "ssh-ed25519 USER quintet\n");
});
afterEach(() => rm(directory, { recursive: true }));

function shop(...names: readonly string[]): Stack {
  const ssh = { user: "deploy", port: 22, identity: join(directory, "id") };
  return { ...stack(names.map((name, index) => host(name, `10.77.9.1${index}`, ssh))), directory };
}

const stateOf = (name: string) => join(directory, ".quintet/vagrant/machines", name, "virtualbox");

async function place(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(stateOf(name), { recursive: true });
    await writeFile(join(stateOf(name), "id"), `id-${name}`);
  }
}

const NOT_FOUND = { exitCode: 1, stderr: "VBoxManage: error: Could not find a registered machine named 'it'\n" };

/** A computer with VirtualBox, whose machines run from when Vagrant has brought them up. */
function virtualBox(answers: Parameters<typeof computer>[0] = {}) {
  const found = computer({
    "ip -json": "[]",
    "cat /etc/vbox/networks.conf": "* 0.0.0.0/0 ::/0\n",
    "VBoxManage showvminfo": 'VMState="running"\nnic1="nat"\nnic2="hostonly"\n',
    "VBoxManage showvminfo quintet-": NOT_FOUND,
    "vagrant up": async ({ line }) => {
      await place(...line.split(" ").slice(5));
      return "==> web1: Booting VM...\n";
    },
    "vagrant destroy": async () => {
      await rm(join(directory, ".quintet/vagrant/machines"), { recursive: true, force: true });
      return "";
    },
    "vagrant ssh-config": "Host web1\n  HostName 127.0.0.1\n",
    "ssh -F": ({ line }) => (line.includes("sudo -n sh -s") ? `noise\nssh-ed25519 KEY root@box\n` : ""),
    ...answers,
  });
  const events: Event[] = [];
  return {
    ...found,
    events,
    emit: (event: Event) => events.push(event),
    machines: vagrantMachines(found.world, "virtualbox"),
  };
}

const knownHosts = () => readFile(join(directory, "known_hosts"), "utf8").catch(() => "");

test("up makes the machines, lets the stack's user in, pins the keys it was told, and keeps the blank state", async () => {
  const { machines, emit, calls, lines } = virtualBox();
  const two = shop("web1", "web2");
  await machines.up(two, emit);
  const vagrant = lines().filter((line) => line.startsWith("vagrant"));
  expect(vagrant).toEqual([
    "vagrant --version",
    "vagrant plugin list",
    "vagrant box list --machine-readable",
    "vagrant box add bento/debian-13 --provider virtualbox",
    "vagrant up --no-provision --provider virtualbox web1 web2",
    "vagrant ssh-config web1 web2",
    "vagrant snapshot save --force web1 blank",
    "vagrant snapshot save --force web2 blank",
  ]);
  const prepared = calls.filter(({ line }) => line.endsWith("sudo -n sh -s"));
  expect(prepared.map(({ options }) => options?.input?.split("\n")[0])).toEqual(["user=deploy", "user=deploy"]);
  expect(await knownHosts()).toBe("10.77.9.10 ssh-ed25519 KEY rehearsal\n10.77.9.11 ssh-ed25519 KEY rehearsal\n");
  expect(await rehearsedBy(two)).toBe("vagrant:virtualbox");
  expect(await rehearsedBy(shop("web1", "web2", "web3"))).toBeUndefined();
});

test("up again makes nothing anew, and takes no snapshot of machines that somebody may have changed", async () => {
  const { machines, emit, calls, lines } = virtualBox();
  await machines.up(shop("web1"), emit);
  calls.length = 0;
  await machines.up(shop("web1"), emit);
  expect(lines().filter((line) => /vagrant (?:up|box|ssh-config|snapshot)|sh -s/.test(line))).toEqual([]);
  expect(lines()).toContain("VBoxManage controlvm id-web1 setlinkstate2 on");
});

test("a machine that was made from other settings is not passed off as what stack.yml wants now", async () => {
  const { machines, emit } = virtualBox();
  await machines.up(shop("web1"), emit);
  const [web1] = shop("web1").hosts;
  if (web1 === undefined) throw new Error("web1");
  const larger = { ...shop(), hosts: [{ ...web1, machine: { ...web1.machine, memoryMb: 2048 } }] };
  await expect(machines.up(larger, emit)).rejects.toMatchObject({
    fields: {
      message: "The machine web1 was made from other settings than stack.yml has now.",
      next: "quintet rehearse down && quintet rehearse up",
    },
  });
});

test("a report names the sizes that machines were made with, whatever stack.yml says since", async () => {
  const { machines, emit } = virtualBox();
  await machines.up(shop("web1"), emit);
  const hosts = shop("web1").hosts.map((one) => ({ ...one, machine: { ...one.machine, memoryMb: 2048, cpus: 2 } }));
  const { machines: found } = await rehearsalOf({ ...shop(), hosts }, "vagrant:virtualbox");
  expect(found).toEqual([{ host: "web1", suite: "trixie", memoryMb: 1024, cpus: 1 }]);
});

test("machines of `vagrant up` alone are not run into: they have the same names, and addresses", async () => {
  const { machines, emit, lines } = virtualBox({ "VBoxManage showvminfo quintet-shop.web2": 'VMState="poweroff"' });
  await expect(machines.up(shop("web1", "web2"), emit)).rejects.toMatchObject({
    fields: {
      message: "There is a machine quintet-shop.web2 already, which this rehearsal has not made.",
      exitCode: 3,
      host: "web2",
      next: "Where `vagrant up` made it, run there: vagrant destroy",
    },
  });
  expect(lines().some((line) => /vagrant (?:up|box)/.test(line))).toBe(false);
});

test("where Vagrant fails, no key is pinned, and down takes back what it had begun", async () => {
  const { machines, emit, events, lines } = virtualBox({ "vagrant up": { exitCode: 1, stderr: "VERR_SVM_DISABLED" } });
  await mkdir(stateOf("web1"), { recursive: true });
  await expect(machines.up(shop("web1"), emit)).rejects.toMatchObject({
    fields: { message: expect.stringContaining("Hardware virtualization is off") },
  });
  expect(events.at(-1)).toMatchObject({ row: "web1", status: "failed" });
  expect(await knownHosts()).toBe("");
  await machines.down(shop("web1"), emit);
  expect(lines()).toContain("vagrant destroy --force");
  expect(existsSync(join(directory, ".quintet/vagrant"))).toBe(false);
});

test("a first login that fails leaves that machine, and no other, to be prepared by the next up", async () => {
  const two = shop("web1", "web2");
  const failing = virtualBox({
    "ssh -F": ({ line }) => (line.includes("web1 sudo") ? "ssh-ed25519 KEY root@box\n" : "no key"),
    false: { exitCode: 1, stderr: "Connection refused" },
  });
  await expect(failing.machines.up(two, failing.emit)).rejects.toMatchObject({
    fields: { message: "This computer cannot prepare the machine of web2 over SSH.", host: "web2" },
  });
  expect(await rehearsedBy(two)).toBeUndefined();
  const { machines, emit, lines } = virtualBox();
  await machines.up(two, emit);
  const firstLogins = lines().filter((line) => line.endsWith("sh -s"));
  expect(firstLogins).toEqual([expect.stringContaining(" web2 sudo")]);
  expect(await rehearsedBy(two)).toBe("vagrant:virtualbox");
});

describe("down", () => {
  test("where Vagrant has nothing, it is not asked", async () => {
    const { machines, emit, lines } = virtualBox();
    await machines.down(shop("web1"), emit);
    expect(lines()).toEqual([]);
  });

  test("takes the pins back, and machines that stack.yml does not name any more", async () => {
    let isOn = true;
    const { machines, emit, lines } = virtualBox({
      "vagrant destroy": async () => {
        await rm(stateOf("web1"), { recursive: true });
        return "";
      },
      "VBoxManage showvminfo id-old": () => (isOn ? 'VMState="running"\nnic2="hostonly"\n' : 'VMState="aborted"\n'),
      "VBoxManage controlvm id-old poweroff": () => {
        isOn = false;
        return "";
      },
    });
    await machines.up(shop("web1"), emit);
    await place("old");
    await machines.down(shop("web1"), emit);
    expect(lines().slice(-4)).toEqual([
      "VBoxManage showvminfo id-old --machinereadable",
      "VBoxManage controlvm id-old poweroff",
      "VBoxManage showvminfo id-old --machinereadable",
      "VBoxManage unregistervm id-old --delete",
    ]);
    expect(await knownHosts()).toBe("");
  });
});

test.each([
  [
    "libvirt",
    [
      "virsh --connect qemu:///system net-info quintet-shop",
      "virsh --connect qemu:///system net-destroy quintet-shop",
      "virsh --connect qemu:///system net-undefine quintet-shop",
    ],
  ],
  ["lxc", ["ip link show dev qv-shop", "ip link delete dev qv-shop"]],
] as const)(
  "down removes a network that %s was left with by machines that never came up",
  async (provider, expected) => {
    const { world, lines } = computer();
    await mkdir(join(directory, ".quintet/vagrant/machines/web1", provider), { recursive: true });
    await vagrantMachines(world, provider).down(shop("web1"), () => {});
    expect(lines()).toEqual(["vagrant --version", "vagrant destroy --force", ...expected]);
  },
);

test("down looks for a network before it removes one", async () => {
  const { world, lines } = computer({ "ip link show": 1 });
  await mkdir(join(directory, ".quintet/vagrant"), { recursive: true });
  await vagrantMachines(world, "lxc").down(shop("web1"), () => {});
  expect(lines().at(-1)).toBe("ip link show dev qv-shop");
});

describe("power and cables", () => {
  test("status asks the provider, not Vagrant", async () => {
    const { machines, lines } = virtualBox({
      "VBoxManage showvminfo id-web2": 'VMState="poweroff"\n',
      "VBoxManage showvminfo id-web3": NOT_FOUND,
    });
    await place("web1", "web2", "web3");
    const states = await machines.status(shop("web1", "web2", "web3", "web4"));
    expect(states.map(({ state }) => state)).toEqual(["running", "stopped", "absent", "absent"]);
    expect(lines().some((line) => line.startsWith("vagrant"))).toBe(false);
  });

  test("one machine's state is asked for alone: another that cannot be asked says nothing about it", async () => {
    const { machines, lines } = virtualBox({ "VBoxManage showvminfo id-web2": 1 });
    await place("web1", "web2");
    expect(await machines.stateOf(shop("web1", "web2", "web3"), "web1")).toBe("running");
    expect(await machines.stateOf(shop("web1", "web2", "web3"), "web3")).toBe("absent");
    expect(lines()).toEqual(["VBoxManage showvminfo id-web1 --machinereadable"]);
    await expect(machines.stateOf(shop("web1", "web2"), "web2")).rejects.toThrow("cannot learn whether");
  });

  test("power is cut once; a machine without power is let be", async () => {
    const { machines, lines } = virtualBox({ "VBoxManage showvminfo id-web2": 'VMState="poweroff"\n' });
    await place("web1", "web2");
    await machines.powerOff(shop("web1", "web2"), "web1");
    await machines.powerOff(shop("web1", "web2"), "web2");
    expect(lines().filter((line) => line.endsWith("poweroff"))).toEqual(["VBoxManage controlvm id-web1 poweroff"]);
  });

  test("a machine that cannot be asked for is not taken for one that is gone", async () => {
    const said = "sudo: a password is required";
    const { world, calls } = computer({ sudo: { exitCode: 1, stderr: said } }, { isRoot: false });
    await place("web1");
    await rename(stateOf("web1"), join(stateOf("web1"), "../lxc"));
    const error = {
      fields: { message: "This computer cannot learn whether the machine runs.", host: "web1", next: "sudo -v" },
    };
    await expect(vagrantMachines(world, "lxc").status(shop("web1"))).rejects.toMatchObject(error);
    await expect(vagrantMachines(world, "lxc").powerOff(shop("web1"), "web1")).rejects.toMatchObject(error);
    expect(calls[0]).toMatchObject({ line: "sudo -n lxc-info -n id-web1 -sH", options: { env: { LC_ALL: "C" } } });
  });

  test("power that may not be cut is not said to be", async () => {
    const { machines } = virtualBox({ "VBoxManage showvminfo": NOT_FOUND, "VBoxManage controlvm": 1 });
    await place("web1");
    await expect(machines.powerOff(shop("web1"), "web1")).rejects.toMatchObject({
      fields: { message: "This computer cannot cut the machine's power.", host: "web1" },
    });
  });

  test("a machine that is still locked is started once it is not", async () => {
    let tries = 0;
    const { world, lines } = virtualBox({ "VBoxManage showvminfo": 'VMState="poweroff"\nnic2="hostonly"\n' });
    const run: typeof world.run = async (argv, options) => {
      if (!argv.includes("startvm")) return world.run(argv, options);
      tries += 1;
      return { exitCode: tries < 3 ? 1 : 0, stdout: "", stderr: "is already locked by a session" };
    };
    await place("web1");
    await vagrantMachines({ ...world, run }, "virtualbox").start(shop("web1"), "web1");
    expect(tries).toBe(3);
    expect(lines()).toContain("VBoxManage controlvm id-web1 setlinkstate2 on");
  });

  test.each([
    ["vmware_desktop", "vmrun disconnectNamedDevice id-web1 ethernet1", "vmrun connectNamedDevice id-web1 ethernet1"],
    ["parallels", "prlctl set id-web1 --device-disconnect net1", "prlctl set id-web1 --device-connect net1"],
  ] as const)(
    "%s: a cable is plugged in where it was pulled, by whatever process, and nowhere else",
    async (provider, out, into) => {
      const { world, lines } = computer({ vmrun: "id-web1\n", "prlctl status": "running\n" });
      await mkdir(join(stateOf("web1"), "..", provider), { recursive: true });
      await writeFile(join(stateOf("web1"), "..", provider, "id"), "id-web1");
      const cables = () => lines().filter((line) => line.includes("connect"));
      await vagrantMachines(world, provider).start(shop("web1"), "web1");
      expect(cables()).toEqual([]);
      await vagrantMachines(world, provider).link(shop("web1"), "web1", "down");
      await vagrantMachines(world, provider).start(shop("web1"), "web1");
      await vagrantMachines(world, provider).start(shop("web1"), "web1");
      expect(cables()).toEqual([out, into]);
    },
  );

  test("a link that there is none of is not said to be set", async () => {
    const { machines } = virtualBox({ "VBoxManage showvminfo": 'VMState="running"\nnic1="nat"\n', false: 1 });
    await place("web1");
    await expect(machines.link(shop("web1"), "web1", "down")).rejects.toMatchObject({
      fields: { message: "This computer cannot set the machine's link down.", host: "web1" },
    });
    await expect(machines.link(shop("web9"), "web9", "down")).rejects.toMatchObject({
      fields: { message: "There is no machine web9.", next: "quintet rehearse up" },
    });
  });
});

describe("after a restart of this computer", () => {
  const LXC = { state: "lxc-info -n", look: "ip link show dev qv-shop", start: "lxc-start -n id-web1" };
  const VIRSH = "virsh --connect qemu:///system";
  const LIBVIRT = {
    state: `${VIRSH} domstate`,
    look: `${VIRSH} net-info quintet-shop`,
    start: `${VIRSH} start id-web1`,
  };

  /** Its machines have no power until somebody starts them; Vagrant alone can make their network. */
  async function restarted(provider: "lxc" | "libvirt", network: string | { exitCode: number }) {
    const { state, look, start } = provider === "lxc" ? LXC : LIBVIRT;
    const hosts: Record<string, unknown> = {};
    const stack = shop("web1", "web2");
    for (const host of stack.hosts) {
      const { name, address, machine } = host;
      await mkdir(join(stateOf(name), "..", provider), { recursive: true });
      await writeFile(join(stateOf(name), "..", provider, "id"), `id-${name}`);
      const settings = settingsOf(host, stack, "ssh-ed25519 USER quintet\n");
      hosts[name] = { address, settings, machine, hostKey: "ssh-ed25519 KEY", kept: true };
    }
    await writeFile(join(directory, ".quintet/vagrant/prepared.json"), JSON.stringify({ provider, hosts }));
    const all = computer({
      "vagrant plugin list": `vagrant-${provider} (1.0)\n`,
      [state]: "off\n",
      [look]: network,
      [`${VIRSH} domiflist`]: "vnet0 network quintet-shop virtio 52:54:00:00:00:01\n",
    });
    const order = () =>
      all.lines().flatMap((line) => {
        if (line.startsWith(look)) return ["look"];
        if (line.startsWith("vagrant up")) return [line];
        if (line.startsWith(start) || / -n "\$1"|snapshot restore .*web1/.test(line)) return ["start"];
        return [];
      });
    return { machines: vagrantMachines(all.world, provider), stack, order };
  }

  const OFF = "Name:           quintet-shop\nActive:         no\nPersistent:     yes\n";
  const NONE = { exitCode: 1 };
  test.each([
    ["lxc", NONE, (machines: Machines, stack: Stack) => machines.up(stack, () => {})],
    ["libvirt", OFF, (machines: Machines, stack: Stack) => machines.up(stack, () => {})],
    ["lxc", NONE, (machines: Machines, stack: Stack) => machines.start(stack, "web1")],
    ["libvirt", OFF, (machines: Machines, stack: Stack) => machines.start(stack, "web1")],
    ["lxc", NONE, (machines: Machines, stack: Stack) => machines.reset(stack, () => {})],
    ["libvirt", OFF, (machines: Machines, stack: Stack) => machines.reset(stack, () => {})],
  ] as const)("%s: the network is there again before a machine is started (%#)", async (provider, network, doing) => {
    const { machines, stack, order } = await restarted(provider, network);
    await doing(machines, stack);
    const up = `vagrant up --no-provision --provider ${provider} web1`;
    expect(order().slice(0, 3)).toEqual(["look", up, "start"]);
    expect(order().filter((line) => line === up)).toHaveLength(1);
  });

  test.each([
    ["lxc", "3: qv-shop: <UP>\n"],
    ["libvirt", OFF.replace("no", "yes")],
  ] as const)("%s: a network that is there is left alone", async (provider, network) => {
    const { machines, stack, order } = await restarted(provider, network);
    await machines.start(stack, "web1");
    expect(order()).toEqual(["look", "start"]);
  });
});

describe("reset", () => {
  test("brings the snapshots back, and the clocks forward", async () => {
    const { machines, emit, calls, lines } = virtualBox();
    await machines.up(shop("web1"), emit);
    const pins = await knownHosts();
    calls.length = 0;
    await machines.reset(shop("web1"), emit);
    expect(lines()).toContain("vagrant snapshot restore --no-provision web1 blank");
    expect(lines().at(-2)).toMatch(/deploy@10\.77\.9\.10 sudo -n date -s @1700000000$/);
    // Package mirrors are reached by it.
    expect(lines().at(-1)).toContain('deploy@10.77.9.10 for round in $(seq 150); do [ -z "$(ip route show default)" ]');
    expect(lines().some((line) => /vagrant (?:up|destroy)/.test(line))).toBe(false);
    expect(await knownHosts()).toBe(pins);
  });

  test.each([
    ["of another size than stack.yml wants now", { memoryMb: 2048 }, false],
    ["that are gone", {}, true],
  ])("makes machines anew %s", async (_, changes, isGone) => {
    const { machines, emit, calls, lines } = virtualBox();
    await machines.up(shop("web1"), emit);
    if (isGone) await rm(join(stateOf("web1"), "id"));
    calls.length = 0;
    const hosts = shop("web1").hosts.map((each) => ({ ...each, machine: { ...each.machine, ...changes } }));
    await machines.reset({ ...shop(), hosts }, emit);
    expect(lines().filter((line) => /vagrant (?:up|destroy|snapshot)/.test(line))).toEqual([
      "vagrant destroy --force",
      "vagrant up --no-provision --provider virtualbox web1",
      "vagrant snapshot save --force web1 blank",
    ]);
  });

  test("where no blank state was kept, makes the machines anew", async () => {
    const { machines, emit, lines } = virtualBox({ "vagrant snapshot": 1 });
    await expect(machines.up(shop("web1"), emit)).rejects.toMatchObject({ fields: { host: "web1" } });
    const mended = virtualBox();
    await mended.machines.reset(shop("web1"), mended.emit);
    expect(mended.lines().filter((line) => /vagrant (?:up|destroy|snapshot)/.test(line))).toEqual([
      "vagrant destroy --force",
      "vagrant up --no-provision --provider virtualbox web1",
      "vagrant snapshot save --force web1 blank",
    ]);
    expect(lines()).toContain("vagrant snapshot save --force web1 blank");
  });
});
