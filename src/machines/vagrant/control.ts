import type { RunCommand } from "../../command.ts";
import { EXIT, QuintetError } from "../../errors.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import { waitForLogin } from "../login.ts";
import type { MachineState, MachineStatus, Machines } from "../machines.ts";
import { must, privileged } from "../privileged.ts";
import type { VagrantProvider } from "../provider.ts";
import { type Driver, driverOf, type Placed } from "./driver.ts";
import { machineIds } from "./ids.ts";
import { networkName } from "./names.ts";
import { isCablePulled, markCable } from "./pulled.ts";
import { askState } from "./state.ts";
import type { VagrantWorld } from "./world.ts";

/** VirtualBox keeps a machine locked for a moment after it was switched off: ten seconds at most. */
const START_ROUNDS = 40;

/** Power and cables of machines that are made. */
export interface Control extends Pick<Machines, "status" | "stateOf" | "powerOff" | "link"> {
  readonly driver: Driver;
  /** Runs a command of the driver. */
  readonly below: RunCommand;
  /** Also of one that stack.yml does not name any more. */
  stateOfPlaced(machine: Placed, host: string): Promise<MachineState>;
  /** Has the machine running, with its cable in. */
  powerOn(stack: Stack, host: string): Promise<void>;
  /** Returns when the running machine lets its user in. */
  letIn(stack: Stack, host: Host, asRoot: boolean): Promise<void>;
}

/** Vagrant is not asked: it takes seconds, and would want to log in at its own way after a start. */
export function controlOf(world: VagrantWorld, provider: VagrantProvider): Control {
  const driver = driverOf(provider, world.libvirtUri);
  const below = driver.isRoots ? privileged(world) : world.run;

  /** undefined: Vagrant has made no machine for the host. */
  async function find(stack: Stack, name: string): Promise<Placed | undefined> {
    const host = stack.hosts.find((each) => each.name === name);
    const id = (await machineIds(stack, provider)).get(name);
    if (host === undefined || id === undefined) return undefined;
    return { id, cables: new Set([host.address, host.privateAddress]).size, network: networkName(stack.name) };
  }

  async function found(stack: Stack, name: string): Promise<Placed> {
    const machine = await find(stack, name);
    if (machine !== undefined) return machine;
    throw new QuintetError({
      message: `There is no machine ${name}.`,
      exitCode: EXIT.preflight,
      host: name,
      step: "machines",
      next: world.command("rehearse up"),
    });
  }

  const stateOfPlaced = (machine: Placed, host: string) => askState(below, driver, machine, host);

  async function stateOf(stack: Stack, host: string): Promise<MachineState> {
    const machine = await find(stack, host);
    return machine === undefined ? "absent" : stateOfPlaced(machine, host);
  }

  async function link(stack: Stack, host: string, state: "up" | "down"): Promise<void> {
    const machine = await found(stack, host);
    const doing = { doing: `set the machine's link ${state}`, host };
    const argv = driver.cablesArgv(machine);
    const commands = driver.link(machine, state, argv === undefined ? "" : await must(below, argv, doing));
    // Or it would look as if the link of a machine without one had been set.
    if (commands.length === 0) await must(below, ["false"], doing);
    // Also where only some of the cables get pulled; and not before all are in again.
    if (state === "down") await markCable(stack, host, state);
    for (const command of commands) await must(below, command, doing);
    if (state === "up") await markCable(stack, host, state);
  }

  async function powerOn(stack: Stack, host: string): Promise<void> {
    const machine = await found(stack, host);
    for (let round = 0; (await stateOfPlaced(machine, host)) !== "running"; round += 1) {
      const { exitCode, stderr } = await below(driver.start(machine));
      if (exitCode === 0) break;
      const isLocked = /lock/i.test(stderr) && round < START_ROUNDS;
      if (isLocked) await world.sleep(250);
      else await must(below, driver.start(machine), { doing: "start the machine", host });
    }
    // Where nobody tells which cables are in, plugging in one that is may fail.
    const isTold = driver.cablesArgv(machine) !== undefined;
    if (isTold || (await isCablePulled(stack, host))) await link(stack, host, "up");
  }

  async function letIn(stack: Stack, host: Host, asRoot: boolean): Promise<void> {
    const isRunning = async () => (await stateOf(stack, host.name)) === "running";
    await waitForLogin(world, stack, host, { isRunning, asRoot });
  }

  async function powerOff(stack: Stack, host: string): Promise<void> {
    const machine = await found(stack, host);
    // One that is gone is an error: a drill must not take it for a machine without power.
    if ((await stateOfPlaced(machine, host)) === "stopped") return;
    for (const argv of driver.powerOff(machine)) await must(below, argv, { doing: "cut the machine's power", host });
  }

  const status = (stack: Stack): Promise<MachineStatus[]> =>
    Promise.all(
      stack.hosts.map(async ({ name: host, address }) => ({ host, address, state: await stateOf(stack, host) })),
    );

  return { driver, below, stateOf, stateOfPlaced, powerOn, letIn, link, powerOff, status };
}
