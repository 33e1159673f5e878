import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type CommandResult, runCommand } from "../../src/command.ts";
import { VAGRANT_PROVIDERS } from "../../src/machines/provider.ts";
import { bridgeName, machineName } from "../../src/machines/vagrant/names.ts";
import { MACHINE_DEFAULTS } from "../../src/stack/machine-defaults.ts";
import { readRehearsal } from "../machines/rehearsal.ts";

/** What the Vagrantfile makes of one host of the stack. */
interface Machine {
  readonly name: string;
  readonly provider: string;
  readonly box: string;
  readonly hostname: string;
  readonly networks: readonly { readonly ip: string; readonly netmask: string }[];
  readonly folders: readonly unknown[];
  readonly insert_key: boolean;
  readonly provisioners: number;
  /** The provider's own, by their names. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const CHECKOUT = resolve(import.meta.dirname, "../..");

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "quintet-vagrantfile-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

interface Vagrant {
  readonly provider?: string;
  readonly stack?: string;
  /** The directory of another Vagrantfile. */
  readonly root?: string;
  readonly cwd?: string;
}

/** `vagrant validate`, with stand-ins for what this computer does not have. */
async function validate({
  provider = "virtualbox",
  stack = "",
  root = CHECKOUT,
  cwd = "",
}: Vagrant): Promise<CommandResult> {
  const directory = await temporary();
  const load = (file: string) => `load ${JSON.stringify(file)}\n`;
  await writeFile(
    join(directory, "Vagrantfile"),
    load(join(import.meta.dirname, "stand-ins.rb")) + load(join(root, "Vagrantfile")),
  );
  return runCommand(["vagrant", "validate"], {
    cwd: cwd || directory,
    env: {
      VAGRANT_CWD: directory,
      VAGRANT_HOME: join(directory, "home"),
      VAGRANT_CHECKPOINT_DISABLE: "1",
      VAGRANT_DEFAULT_PROVIDER: provider,
      QUINTET_STACK: stack,
    },
  });
}

async function machinesOf(vagrant: Vagrant): Promise<Machine[]> {
  const { exitCode, stdout, stderr } = await validate(vagrant);
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Machine);
}

async function stackDirectory(text: string): Promise<string> {
  const directory = join(await temporary(), "stack");
  await mkdir(directory);
  await writeFile(join(directory, "stack.yml"), text);
  return directory;
}

const rehearsal = () => readFile(join(CHECKOUT, "inventories/rehearsal/stack.yml"), "utf8");

/** What a provider calls a machine's name and sizes. */
const SETTINGS: Record<(typeof VAGRANT_PROVIDERS)[number], (name: string) => object> = {
  virtualbox: (name) => ({ name, linked_clone: true, customizations: modifyVm(1024, 1) }),
  libvirt: (name) => ({ default_prefix: `${name.split(".")[0]}.`, memory: 1024, cpus: 1 }),
  vmware_desktop: (name) => ({ vmx: { displayName: name, memsize: "1024", numvcpus: "1" } }),
  parallels: (name) => ({ name, memory: 1024, cpus: 1 }),
  lxc: (name) => ({ container_name: name, backingstore: "dir" }),
};

/** VirtualBox is told sizes by commands. */
function modifyVm(memory: number, cpus: number): unknown[] {
  const set = (option: string, value: number | string) => ["pre-boot", ["modifyvm", "id", option, value]];
  return [set("--memory", String(memory)), set("--cpus", cpus)];
}

describe.each(VAGRANT_PROVIDERS)("by %s", (provider) => {
  test.each(["rehearsal", "seven"])("the machines of %s are those that Quintet reads", async (name) => {
    const stack = await readRehearsal(join(CHECKOUT, "inventories", name));
    const machines = await machinesOf({ provider, stack: name });
    const boxes = MACHINE_DEFAULTS.boxes.trixie;
    expect(machines).toEqual(
      stack.hosts.map((host) => ({
        name: host.name,
        provider,
        box: boxes[provider] ?? boxes.default,
        hostname: host.name,
        networks: provider === "lxc" ? [] : [expect.objectContaining({ ip: host.address, netmask: "255.255.255.0" })],
        folders: [],
        insert_key: true,
        provisioners: 0,
        settings: expect.objectContaining(SETTINGS[provider](machineName(name, host.name))),
      })),
    );
  });
});

test("a container's second cable is in its configuration, under names that no other machine has", async () => {
  const machines = await machinesOf({ provider: "lxc" });
  const customizations = machines.map(
    ({ settings }) => new Map(settings["customizations"] as readonly (readonly [string, string])[]),
  );
  expect(customizations.map((each) => each.get("net.1.ipv4.address"))).toEqual(
    ["11", "12", "21", "22", "31"].map((number) => `192.168.61.${number}/24`),
  );
  expect(new Set(customizations.map((each) => each.get("net.1.link")))).toEqual(new Set(["qv-rehearsal"]));
  const cables = customizations.map((each) => each.get("net.1.veth.pair") ?? "");
  expect(new Set(cables).size).toBe(5);
  // As long as the kernel takes.
  for (const cable of cables) expect(cable.length).toBeLessThanOrEqual(15);
});

test("a long name's bridge has the name by which Quintet removes it", async () => {
  const name = "a-stack-with-a-long-name";
  const stack = await stackDirectory((await rehearsal()).replace("name: rehearsal", `name: ${name}`));
  const [machine] = await machinesOf({ provider: "lxc", stack });
  expect(machine?.settings["customizations"]).toContainEqual(["net.1.link", bridgeName(name)]);
  expect(bridgeName(name).length).toBeLessThanOrEqual(15);
});

test("memory, processors, box, prefix and private addresses are those of stack.yml, and a host's own go first", async () => {
  const text = (await rehearsal())
    .replace("machine: { suite: trixie }", "machine: { memory_mb: 768, cpus: 2, box: example/debian }")
    .replace("machine: { suite: sid }", "machine: { memory_mb: 2048, box: example/mysql }")
    .replace("address: 192.168.61.22,", "address: 192.168.61.22, private_address: 192.168.62.22,")
    .replace("192.168.61.100 }", "192.168.61.100, prefix: 22 }");
  const stack = await stackDirectory(text);
  const machines = await machinesOf({ stack });
  const read = await readRehearsal(stack);
  expect(machines.map(({ settings, box }) => [settings["customizations"], box])).toEqual(
    read.hosts.map(({ machine }) => [modifyVm(machine.memoryMb, machine.cpus), machine.box]),
  );
  expect(read.hosts.map(({ machine }) => machine.memoryMb)).toEqual([768, 768, 768, 768, 2048]);
  expect(machines.map(({ box }) => box)).toEqual([...Array<string>(4).fill("example/debian"), "example/mysql"]);
  const app2 = machines.find(({ name }) => name === "app2");
  expect(app2?.networks).toMatchObject([
    { ip: "192.168.62.22", netmask: "255.255.252.0" },
    { ip: "192.168.61.22", netmask: "255.255.252.0" },
  ]);
});

describe("QUINTET_STACK", () => {
  test("is a directory or a file, also from another directory", async () => {
    const stack = await stackDirectory((await rehearsal()).replace("name: rehearsal", "name: other"));
    const above = join(stack, "..");
    const given = [
      { stack },
      { stack: join(stack, "stack.yml") },
      { stack: "stack", cwd: above },
      { stack: ".", cwd: stack },
    ];
    for (const each of given) {
      const [first] = await machinesOf(each);
      expect(first?.settings["name"], JSON.stringify(each)).toBe("quintet-other.web1");
    }
  });

  test("that is nowhere is named", async () => {
    const { exitCode, stderr } = await validate({ stack: "shop" });
    expect(stderr).toMatch(/^There is no stack\.yml at shop, which QUINTET_STACK names\.$/m);
    expect(exitCode).toBe(1);
  });
});

test("a Quintet from its package has the same machines", async () => {
  const root = await temporary();
  for (const file of ["Vagrantfile", "inventories/rehearsal/stack.yml"])
    await cp(join(CHECKOUT, file), join(root, file));
  await cp(join(CHECKOUT, "src/stack/machine-defaults.json"), join(root, "dist/stack/machine-defaults.json"));
  const machines = await machinesOf({ root });
  expect(machines.map(({ name }) => name)).toEqual(["web1", "web2", "app1", "app2", "db1"]);
});

describe("what is no stack becomes no machine", () => {
  const faults: [string, (text: string) => string, string][] = [
    ["not YAML", (text) => `${text}\n  - :`, "did not find expected"],
    ["another document", () => "- a\n", "does not describe machines"],
    ["nothing", () => "", "does not describe machines"],
    ["an object of Ruby's", (text) => `${text}\nx: !ruby/object:Object {}\n`, "Tried to load unspecified class"],
    ["a host that YAML takes for a truth value", (text) => text.replace("web1:", "on:"), "true is no name"],
    ["a name for a shell", (text) => text.replace("name: rehearsal", "name: a$(touch pwned)"), "is no name"],
    ["a name of two lines", (text) => text.replace("name: rehearsal", 'name: "a\\nb"'), "is no name"],
    ["an address that is none", (text) => text.replace("192.168.61.11", "192.168.61.300"), "invalid address"],
    [
      "this computer's own address",
      (text) => text.replace("192.168.61.11", "192.168.61.1"),
      "192.168.61.1 is this computer's own",
    ],
    [
      "this computer's own address as the virtual IP",
      (text) => text.replace("192.168.61.100", "192.168.61.1"),
      "192.168.61.1 is this computer's own",
    ],
    ["no virtual IP", (text) => text.replace(/^virtual_ip.*$/m, ""), "key not found"],
    ["a virtual IP of IPv6", (text) => text.replace("192.168.61.100", "fd00::1"), "fd00::1 is no IPv4 address"],
    ["memory that is no number", (text) => text.replace("suite: sid", "memory_mb: much"), "much"],
    ["a release that there is not", (text) => text.replace("suite: sid", "suite: potato"), "potato"],
  ];

  test.each(faults)("%s", async (_, change, said) => {
    const stack = await stackDirectory(change(await rehearsal()));
    const { exitCode, stdout, stderr } = await validate({ stack });
    expect(stderr).toContain(`${stack}/stack.yml does not describe machines: `);
    expect(stderr).toContain(said);
    expect(stdout).not.toContain("{");
    expect(exitCode).toBe(1);
  });
});
