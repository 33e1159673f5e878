import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import type { Event } from "../../src/events.ts";
import { loginArgv } from "../../src/machines/login.ts";
import { nspawnMachines } from "../../src/machines/nspawn.ts";
import { privileged } from "../../src/machines/privileged.ts";
import { machineProcesses } from "../../src/machines/processes.ts";
import { nspawnWorld } from "../../src/machines/world.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { upProgram } from "./crash.ts";
import { readRehearsal, whyNoMachines, writeRehearsal } from "./rehearsal.ts";

const reason = await whyNoMachines();
const world = await nspawnWorld(runCommand, process.env);
const machines = nspawnMachines(world);
const run = privileged(world);
const quiet = () => undefined;

async function rehearsalOf(name: string, subnet: string, hosts: readonly string[]): Promise<Stack> {
  return readRehearsal(await writeRehearsal({ name, subnet }), hosts);
}

/** Runs a command on a machine over SSH, with its pinned key; undefined: no login. */
async function on(stack: Stack, name: string, command: string): Promise<string | undefined> {
  const [host] = stack.hosts.filter((each) => each.name === name);
  if (host === undefined) throw new Error(name);
  const { exitCode, stdout } = await runCommand(loginArgv(stack, host, command));
  return exitCode === 0 ? stdout.trim() : undefined;
}

async function inits(stack: Stack): Promise<number[]> {
  const all = await machineProcesses(world, stack.name);
  return all.filter(({ role }) => role === "init").map(({ pid }) => pid);
}

/** Everything on this computer that belongs to the rehearsal, by asking the system where up was told what to make. */
async function traces(stack: Stack): Promise<string[]> {
  const lines: string[] = [];
  // One after the other: ps would find the name in what find was told.
  for (const argv of [
    ["ip", "-details", "link"],
    ["ip", "-oneline", "address"],
    ["ip", "route"],
    ["nft", "list", "tables"],
    ["cat", "/proc/self/mounts"],
    ["find", "/sys/fs/cgroup", "-type", "d", "-name", `quintet-${stack.name}.*`],
    ["find", world.stateDirectory, "-mindepth", "1", "-maxdepth", "1"],
    ["ps", "-eo", "args"],
  ]) {
    lines.push(...(await run(argv)).stdout.split("\n"));
  }
  const subnet = stack.virtualIp.address.replace(/\d+$/, "");
  const names = [`quintet-${stack.name}`, `qb-${stack.name}`, `vb-${stack.name}`, `/${stack.name}/`, `/${stack.name}`];
  const isOurs = (line: string) => line.includes(subnet) || names.some((name) => line.includes(name));
  return lines.filter((line) => isOurs(line) && !line.includes("quintet-test-"));
}

describe.skipIf(reason !== undefined)(
  `machines of systemd-nspawn${reason === undefined ? "" : ` (this computer ${reason})`}`,
  () => {
    let one: Stack;
    let two: Stack;
    let forwardingBefore: string;

    beforeAll(async () => {
      one = await rehearsalOf("nspawn-one", "10.77.201", ["web1", "app1"]);
      two = await rehearsalOf("nspawn-two", "10.77.202", ["web1"]);
      for (const stack of [one, two]) await machines.down(stack, quiet); // left by a test that was killed
      forwardingBefore = await readFile("/proc/sys/net/ipv4/ip_forward", "utf8");
      await machines.up(one, quiet);
    }, 180_000);

    afterAll(async () => {
      for (const stack of [one, two]) {
        await machines.down(stack, quiet);
        await rm(dirname(stack.directory), { recursive: true });
      }
    }, 60_000);

    test("up makes Debian servers that let the stack's user in by pinned keys", async () => {
      expect(await machines.status(one)).toEqual([
        { host: "web1", address: "10.77.201.11", state: "running" },
        { host: "app1", address: "10.77.201.21", state: "running" },
      ]);
      expect(await on(one, "web1", "hostname; id -un; sudo -n id -un; systemctl is-system-running --wait")).toBe(
        "web1\ndeploy\nroot\nrunning",
      );
      // Each in a control group of its own: systemd sees nothing above itself.
      expect(await on(one, "app1", "grep ^0: /proc/1/cgroup")).toBe("0::/init.scope");
      const keys = (await readFile(join(one.directory, "known_hosts"), "utf8")).trim().split("\n");
      expect(keys.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
        "10.77.201.11 ssh-ed25519",
        "10.77.201.21 ssh-ed25519",
      ]);
      expect(new Set(keys.map((line) => line.split(" ")[2])).size).toBe(2);
      const identity = await stat(join(one.directory, "id_ed25519"));
      expect([(identity.mode & 0o777).toString(8), identity.uid]).toEqual([
        "600",
        world.owner?.uid ?? process.getuid?.(),
      ]);
    });

    test("machines reach each other and package mirrors", async () => {
      expect(await on(one, "web1", "sudo apt-get update -qq && echo updated")).toBe("updated");
      expect(await on(one, "web1", "timeout 5 bash -c '</dev/tcp/10.77.201.21/22' && echo open")).toBe("open");
    }, 30_000);

    test("up again changes nothing", async () => {
      const before = await inits(one);
      const known = await readFile(join(one.directory, "known_hosts"), "utf8");
      const events: Event[] = [];
      await machines.up(one, (event) => events.push(event));
      expect(before).toHaveLength(2);
      expect(await inits(one)).toEqual(before);
      expect(await readFile(join(one.directory, "known_hosts"), "utf8")).toBe(known);
      expect(events).toContainEqual({
        type: "row",
        step: "machines",
        row: "app1",
        status: "done",
        text: "running at 10.77.201.21",
      });
    });

    test("a machine without power is silent, and comes back with its disk", async () => {
      expect(await on(one, "web1", "echo kept | sudo tee /root/mark")).toBe("kept");
      await machines.powerOff(one, "web1");
      expect((await machines.status(one)).map(({ state }) => state)).toEqual(["stopped", "running"]);
      expect(
        (await machineProcesses(world, one.name)).filter(
          ({ machine, role }) => machine.endsWith("web1") && role !== "nspawn",
        ),
      ).toEqual([]);
      expect(await on(one, "web1", "true")).toBeUndefined();
      await machines.powerOff(one, "web1");
      await machines.start(one, "web1");
      expect(await on(one, "web1", "sudo cat /root/mark")).toBe("kept");
      expect(await on(one, "app1", "systemctl is-system-running --wait")).toBe("running");
    }, 30_000);

    test("a start that was armed comes by itself, and is called off by one that came before", async () => {
      const waiting = async () =>
        (await run(["ps", "-eo", "args"])).stdout.split("\n").filter((args) => args.includes("start-later-program"));
      await machines.startLater(one, "web1", 1_000);
      await machines.powerOff(one, "web1");
      expect((await machines.status(one)).map(({ state }) => state)).toEqual(["stopped", "running"]);
      await expect.poll(() => on(one, "web1", "sudo cat /root/mark"), { timeout: 30_000 }).toBe("kept");

      await expect.poll(waiting, { timeout: 30_000 }).toEqual([]);
      await machines.startLater(one, "web1", 600_000);
      expect(await waiting()).toHaveLength(1);
      await machines.start(one, "web1");
      expect(await waiting()).toEqual([]);
    }, 90_000);

    test("a machine without its cable runs on and cannot be reached", async () => {
      const before = await inits(one);
      await machines.link(one, "app1", "down");
      expect(await on(one, "app1", "true")).toBeUndefined();
      await machines.link(one, "app1", "up");
      expect(await on(one, "app1", "hostname")).toBe("app1");
      expect(await inits(one)).toEqual(before);
    }, 30_000);

    test("a subnet that is in use is refused by name, before anything is made", async () => {
      const rival = { ...one, name: "nspawn-rival" };
      await expect(machines.up(rival, quiet)).rejects.toMatchObject({
        fields: {
          message:
            "The rehearsal's subnet 10.77.201.0/24 is already used on this computer by another rehearsal's bridge qb-nspawn-one (10.77.201.1/24).",
          exitCode: 3,
        },
      });
      expect((await run(["ip", "link", "show", "qb-nspawn-rival"])).exitCode).not.toBe(0);
    });

    test("other settings for a machine that exists are refused", async () => {
      const changed = { ...one, hosts: one.hosts.map((host) => ({ ...host, ssh: { ...host.ssh, port: 2222 } })) };
      await expect(machines.up(changed, quiet)).rejects.toMatchObject({
        fields: {
          message: "The machine web1 was made from other settings than stack.yml has now.",
          host: "web1",
          next: "quintet rehearse down && quintet rehearse up",
        },
      });
    });

    test.each(["making its disk", "booting"])(
      "up mends what an up that was killed while %s left half-made",
      async (moment) => {
        await killedUp(two, moment);
        await machines.up(two, quiet);
        expect(await on(two, "web1", "hostname")).toBe("web1");
        await killedUp(two, "booting");
        await machines.down(two, quiet);
        expect(await traces(two)).toEqual([]);
      },
      40_000,
    );

    test("down takes away one rehearsal and leaves the other", async () => {
      await killedUp(two, "booting");
      expect((await traces(two)).length).toBeGreaterThan(5);
      await machines.down(two, quiet);
      expect(await traces(two)).toEqual([]);
      expect(await on(one, "web1", "hostname")).toBe("web1");
      expect(await readFile(join(two.directory, "known_hosts"), "utf8")).toBe("");
      await machines.down(two, quiet);
      expect((await machines.status(two)).map(({ state }) => state)).toEqual(["absent"]);

      await machines.down(one, quiet);
      expect(await traces(one)).toEqual([]);
      const others = (await run(["ip", "-brief", "link"])).stdout.includes("qb-");
      const forwarding = await readFile("/proc/sys/net/ipv4/ip_forward", "utf8");
      expect(forwarding).toBe(others ? "1\n" : forwardingBefore);
    }, 40_000);
  },
);

/** Runs up in a process of its own and kills that as soon as it says it has come this far. */
async function killedUp(stack: Stack, moment: string): Promise<void> {
  const hosts = stack.hosts.map(({ name }) => name);
  const child = spawn(process.execPath, [upProgram, stack.directory, ...hosts], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  for await (const line of createInterface(child.stdout)) {
    if (line.includes(moment)) child.kill("SIGKILL");
  }
  expect(await exited).toEqual([null, "SIGKILL"]);
}
