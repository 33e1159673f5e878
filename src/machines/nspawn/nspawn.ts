import { join } from "node:path";
import type { Emit } from "../../events.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import { refuseConflict } from "../conflict.ts";
import { ensureIdentities, ensureSudoPassword } from "../identity.ts";
import { pin, refusePinnedElsewhere } from "../known-hosts.ts";
import { waitForLogin } from "../login.ts";
import type { MachineState, MachineStatus, Machines } from "../machines.ts";
import { must, privileged } from "../privileged.ts";
import { row, sideBySide } from "../rows.ts";
import { laterStarts } from "../start-later.ts";
import { boot, consoleLog, type Machine } from "./boot.ts";
import { removeCgroups } from "./cgroups.ts";
import { ensureDisk, remountDisk } from "./disk.ts";
import { buildImage, hasImage } from "./image.ts";
import { requireRemovalTools, requireTools } from "./lacking.ts";
import { mark, unmark } from "./mark.ts";
import { bridgeName, linkName, machineName, machinePrefix } from "./names.ts";
import { makeNetwork, removeNetwork } from "./network.ts";
import { planNetwork } from "./network-plan.ts";
import { unmountArgv } from "./overlay.ts";
import { cutPower } from "./power.ts";
import { machineProcesses } from "./processes.ts";
import { findResolver } from "./resolver.ts";
import type { NspawnWorld } from "./world.ts";

/** Rehearsal machines as systemd-nspawn containers of this computer, each a whole Debian with a systemd of its own. */
export function nspawnMachines(world: NspawnWorld): Machines {
  const run = privileged(world);
  const later = laterStarts("systemd-nspawn");

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
    await refuseConflict({ run }, { network: plan.network, isOurs: (name) => name === plan.bridge });
    const resolver = await findResolver(world);
    const identities = await ensureIdentities(world, stack);
    const sudoPassword = await ensureSudoPassword(world, stack);
    await ensureImages(stack, emit);
    await mark(world, stack);
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
    await requireRemovalTools(world);
    const directory = join(world.stateDirectory, stack.name);
    const doing = { doing: `remove the machines of ${stack.name}` };
    await cutPower(world, stack.name, { isWhole: true });
    await removeCgroups(world, `${machinePrefix(stack.name)}*`);
    await removeNetwork(world, stack.name);
    await must(run, unmountArgv([directory]), doing);
    await must(run, ["rm", "-rf", "--one-file-system", directory], doing);
    await pin(world, stack, new Map());
    await unmark(stack);
    for (const host of stack.hosts) emit(row(host, "done", "removed"));
  }

  async function reset(stack: Stack, emit: Emit): Promise<void> {
    await requireTools(world);
    await cutPower(world, stack.name, { isWhole: true });
    await removeCgroups(world, `${machinePrefix(stack.name)}*`);
    const directories = stack.hosts.map((host) => machineOf(stack, host.name).directory);
    const doing = { doing: `remove the disks of ${stack.name}` };
    await must(run, unmountArgv(directories), doing);
    await must(run, ["rm", "-rf", "--one-file-system", ...directories], doing);
    await up(stack, emit);
  }

  async function stateOf(stack: Stack, host: string, alive?: ReadonlySet<string>): Promise<MachineState> {
    const { name, directory } = machineOf(stack, host);
    if ((alive ?? (await running(stack))).has(name)) return "running";
    const { exitCode } = await run(["test", "-e", join(directory, "made.json")]);
    return exitCode === 0 ? "stopped" : "absent";
  }

  async function status(stack: Stack): Promise<MachineStatus[]> {
    const alive = await running(stack);
    return Promise.all(
      stack.hosts.map(async ({ name: host, address }) => ({ host, address, state: await stateOf(stack, host, alive) })),
    );
  }

  async function start(stack: Stack, name: string): Promise<void> {
    later.callOff(stack, name);
    for (const host of stack.hosts.filter((each) => each.name === name)) {
      await remountDisk(world, machineOf(stack, name).directory, name);
      await ensureBooted(stack, host, false);
    }
  }

  const powerOff = (stack: Stack, host: string) =>
    cutPower(world, stack.name, { machine: machineName(stack.name, host), isWhole: false });

  const { startLater } = later;
  return { provider: "systemd-nspawn", up, down, reset, status, stateOf, powerOff, start, startLater, link: plug };
}
