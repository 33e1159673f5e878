import { join } from "node:path";
import type { Emit, RowStatus } from "../events.ts";
import type { Host, Stack } from "../stack/stack.ts";
import { boot, consoleLog, type Machine } from "./boot.ts";
import { removeCgroups } from "./cgroups.ts";
import { ensureDisk, remountDisk } from "./disk.ts";
import { ensureIdentities, ensureSudoPassword } from "./identity.ts";
import { buildImage, hasImage } from "./image.ts";
import { pin, refusePinnedElsewhere } from "./known-hosts.ts";
import { requireTools } from "./lacking.ts";
import { waitForLogin } from "./login.ts";
import type { MachineStatus, Machines } from "./machines.ts";
import { bridgeName, linkName, machineName, machinePrefix } from "./names.ts";
import { makeNetwork, refuseConflict, removeNetwork } from "./network.ts";
import { planNetwork } from "./network-plan.ts";
import { unmountArgv } from "./overlay.ts";
import { cutPower } from "./power.ts";
import { must, privileged } from "./privileged.ts";
import { machineProcesses } from "./processes.ts";
import { findResolver } from "./resolver.ts";
import { startLater } from "./start-later.ts";
import type { NspawnWorld } from "./world.ts";

/** Rehearsal machines as systemd-nspawn containers of this computer, each a whole Debian with a systemd of its own. */
export function nspawnMachines(world: NspawnWorld): Machines {
  const run = privileged(world);

  const machineOf = (stack: Stack, host: string): Machine => ({
    host,
    name: machineName(stack.name, host),
    bridge: bridgeName(stack.name),
    directory: join(world.stateDirectory, stack.name, host),
  });

  async function running(stack: Stack): Promise<Set<string>> {
    const inits = (await machineProcesses(world, stack.name)).filter(({ role }) => role === "init");
    return new Set(inits.map(({ machine }) => machine));
  }

  async function plug(stack: Stack, host: string, state: "up" | "down"): Promise<void> {
    const argv = ["ip", "link", "set", "dev", linkName(machineName(stack.name, host)), state];
    await must(run, argv, { doing: `set the machine's link ${state}`, host });
  }

  /** Has the machine running, with its cable in, and lets its user in; its disk is mounted already. */
  async function ensureBooted(stack: Stack, host: Host, asRoot: boolean): Promise<void> {
    const machine = machineOf(stack, host.name);
    if ((await running(stack)).has(machine.name)) {
      await plug(stack, host.name, "up");
    } else {
      await cutPower(world, stack.name, { machine: machine.name, isWhole: true });
      await boot(world, machine);
    }
    const isRunning = async () =>
      (await machineProcesses(world, stack.name)).some((each) => each.machine === machine.name);
    await waitForLogin(world, stack, host, { isRunning, consoleLog: consoleLog(machine), asRoot });
  }

  async function ensureImages(stack: Stack, emit: Emit): Promise<void> {
    for (const suite of new Set(stack.hosts.map((host) => host.machine.suite))) {
      if (await hasImage(world, suite)) continue;
      const text = `building the ${suite} image (once, about 30 s)`;
      for (const host of stack.hosts) if (host.machine.suite === suite) emit(row(host, "running", text));
      await buildImage(world, suite);
    }
  }

  async function up(stack: Stack, emit: Emit): Promise<void> {
    await requireTools(world);
    await refusePinnedElsewhere(stack);
    const plan = planNetwork(stack);
    await refuseConflict(world, plan);
    const resolver = await findResolver(world);
    const identities = await ensureIdentities(world, stack);
    const sudoPassword = await ensureSudoPassword(world, stack);
    await ensureImages(stack, emit);
    await must(run, ["mkdir", "-p", "-m", "0700", world.stateDirectory], { doing: `make ${world.stateDirectory}` });
    await makeNetwork(world, plan);
    const hostKeys = new Map<string, string>();
    await sideBySide(stack.hosts, emit, async (host) => {
      emit(row(host, "running", "making its disk"));
      const key = identities.get(host.name) ?? "";
      const { directory } = machineOf(stack, host.name);
      hostKeys.set(host.name, await ensureDisk(world, directory, { host, plan, resolver, key, sudoPassword }));
    });
    await pin(world, stack, hostKeys);
    await sideBySide(stack.hosts, emit, async (host) => {
      emit(row(host, "running", "booting"));
      await ensureBooted(stack, host, true);
      emit(row(host, "done", `running at ${host.address}`));
    });
  }

  async function down(stack: Stack, emit: Emit): Promise<void> {
    await requireTools(world);
    const directory = join(world.stateDirectory, stack.name);
    const doing = { doing: `remove the machines of ${stack.name}` };
    await cutPower(world, stack.name, { isWhole: true });
    await removeCgroups(world, `${machinePrefix(stack.name)}*`);
    await removeNetwork(world, stack.name);
    await must(run, unmountArgv([directory]), doing);
    await must(run, ["rm", "-rf", "--one-file-system", directory], doing);
    await pin(world, stack, new Map());
    for (const host of stack.hosts) emit(row(host, "done", "removed"));
  }

  async function status(stack: Stack): Promise<MachineStatus[]> {
    const alive = await running(stack);
    return Promise.all(
      stack.hosts.map(async ({ name: host, address }) => {
        const { name, directory } = machineOf(stack, host);
        if (alive.has(name)) return { host, address, state: "running" };
        const { exitCode } = await run(["test", "-e", join(directory, "made.json")]);
        return { host, address, state: exitCode === 0 ? "stopped" : "absent" };
      }),
    );
  }

  /** By machine name: what calls off a start that was to come. */
  const coming = new Map<string, () => void>();
  const callOff = (stack: Stack, host: string) => {
    const name = machineName(stack.name, host);
    coming.get(name)?.();
    coming.delete(name);
  };

  async function later(stack: Stack, host: string, afterMs: number): Promise<void> {
    callOff(stack, host);
    coming.set(machineName(stack.name, host), await startLater({ stack, host }, afterMs));
  }

  async function start(stack: Stack, name: string): Promise<void> {
    callOff(stack, name);
    for (const host of stack.hosts.filter((each) => each.name === name)) {
      await remountDisk(world, machineOf(stack, name).directory, name);
      await ensureBooted(stack, host, false);
    }
  }

  const powerOff = (stack: Stack, host: string) =>
    cutPower(world, stack.name, { machine: machineName(stack.name, host), isWhole: false });

  return { up, down, status, powerOff, start, startLater: later, link: plug };
}

function row(host: Host, status: RowStatus, text: string) {
  return { type: "row", step: "machines", row: host.name, status, text } as const;
}

/** Works on all hosts at once and waits for every one; a fault turns its row red, and the first is thrown at the end. */
async function sideBySide(hosts: readonly Host[], emit: Emit, work: (host: Host) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(
    hosts.map((host) =>
      work(host).catch((fault: unknown) => {
        emit(row(host, "failed", fault instanceof Error ? fault.message : String(fault)));
        throw fault;
      }),
    ),
  );
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
