import { rm } from "node:fs/promises";
import type { Emit } from "../../events.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import { ensureIdentities, ensureSudoPassword } from "../identity.ts";
import { pin, refusePinnedElsewhere } from "../known-hosts.ts";
import { refuseLacking } from "../lacking.ts";
import { loginArgv, rootCommand } from "../login.ts";
import type { Machines } from "../machines.ts";
import { must, privileged } from "../privileged.ts";
import { isVirtual, providerTitle, type VagrantProvider } from "../provider.ts";
import { row, sideBySide } from "../rows.ts";
import { laterStarts } from "../start-later.ts";
import { stateDirectory, vagrantFor } from "./call.ts";
import { controlOf } from "./control.ts";
import { hasState, machineIds } from "./ids.ts";
import { bringBack, type Keeping, keepBlank } from "./keep.ts";
import { installedPlugins, lackingForProvider, lackingForVagrant } from "./lacking.ts";
import { readMade, settingsOf, writeMade } from "./made.ts";
import { makeMachines } from "./make.ts";
import { networkName } from "./names.ts";
import { isNetworkOn, type NetworkOf, removeNetwork } from "./network.ts";
import type { VagrantWorld } from "./world.ts";

/** Half a minute at most. */
const WAIT_FOR_ROUTE =
  'for round in $(seq 150); do [ -z "$(ip route show default)" ] || exit 0; sleep 0.2; done; echo It has no default route. >&2; exit 1';

/** Rehearsal machines that Vagrant makes, by one of its providers. */
export function vagrantMachines(world: VagrantWorld, own: VagrantProvider): Machines {
  const provider = `vagrant:${own}` as const;
  const control = controlOf(world, own);
  const { driver, below } = control;
  const later = laterStarts(provider);

  async function requireAll(): Promise<void> {
    refuseLacking(await lackingForVagrant(world), `${providerTitle(provider)} machines`);
    const plugins = await installedPlugins(world);
    refuseLacking(await lackingForProvider(world, own, plugins), `${providerTitle(provider)} machines`);
  }

  const networkOf = (stack: Stack): NetworkOf => ({ provider: own, stack: stack.name, libvirtUri: world.libvirtUri });

  /**
   * Has the network there again that machines without power need, after a restart of this computer: Vagrant, who made it,
   * makes it with the first of them.
   */
  async function haveNetwork(stack: Stack): Promise<void> {
    const stopped = (await control.status(stack)).find(({ state }) => state === "stopped");
    if (stopped === undefined || (await isNetworkOn(below, networkOf(stack)))) return;
    const { host } = stopped;
    const argv = ["up", "--no-provision", "--provider", own, host];
    await must(vagrantFor(world, stack, own), argv, { doing: "have Vagrant bring the rehearsal's network back", host });
  }

  async function keeping(stack: Stack): Promise<Keeping> {
    const ids = await machineIds(stack, own);
    return { provider: own, vagrant: vagrantFor(world, stack, own), asRoot: privileged(world), ids };
  }

  async function up(stack: Stack, emit: Emit): Promise<void> {
    await requireAll();
    await refusePinnedElsewhere(stack);
    const { hosts, fresh } = await makeMachines(world, stack, own, emit);
    await pin(world, stack, new Map(Object.entries(hosts).map(([name, { hostKey }]) => [name, hostKey])));
    await haveNetwork(stack);
    await sideBySide(stack.hosts, emit, async (host) => {
      emit(row(host, "running", "waiting until it lets us in"));
      await control.powerOn(stack, host.name);
      await control.letIn(stack, host, true);
    });
    const keep = await keeping(stack);
    for (const host of fresh) {
      emit(row(host, "running", "keeping its blank state, for a reset"));
      await keepBlank(keep, host.name);
      const made = hosts[host.name];
      if (made !== undefined) hosts[host.name] = { ...made, kept: true };
      await writeMade(world, stack, { provider: own, hosts });
    }
    for (const host of stack.hosts) emit(row(host, "done", `running at ${host.address}`));
  }

  async function down(stack: Stack, emit: Emit): Promise<void> {
    // Also where no machine has an id: one that was half made may have left a network, or a disk.
    if (await hasState(stack)) {
      refuseLacking(await lackingForVagrant(world), `${providerTitle(provider)} machines`);
      for (const host of stack.hosts) emit(row(host, "running", "being removed"));
      const doing = { doing: `remove the machines of ${stack.name}` };
      await must(vagrantFor(world, stack, own), ["destroy", "--force"], doing);
      await removeUnnamed(stack);
      await removeNetwork(below, networkOf(stack));
      await rm(stateDirectory(stack), { recursive: true, force: true });
    }
    await pin(world, stack, new Map());
    for (const host of stack.hosts) emit(row(host, "done", "removed"));
  }

  /** Machines that stack.yml does not name any more: Vagrant does not see them. */
  async function removeUnnamed(stack: Stack): Promise<void> {
    for (const [host, id] of await machineIds(stack, own)) {
      const machine = { id, cables: 1, network: networkName(stack.name) };
      if ((await control.stateOfPlaced(machine, host)) === "running") {
        for (const argv of driver.powerOff(machine))
          await must(below, argv, { doing: "cut the machine's power", host });
      }
      if ((await control.stateOfPlaced(machine, host)) === "absent") continue;
      await must(below, driver.remove(machine), { doing: "remove the machine", host });
    }
  }

  /** Whether every machine is there, and has a blank state that is what stack.yml wants now. */
  async function isKept(stack: Stack): Promise<boolean> {
    const made = await readMade(stack);
    const keys = await ensureIdentities(world, stack);
    const states = await control.status(stack);
    return stack.hosts.every((host, index) => {
      const one = made?.hosts[host.name];
      const isSame = one?.settings === settingsOf(host, stack, keys.get(host.name) ?? "");
      return one?.kept === true && isSame && states[index]?.state !== "absent";
    });
  }

  async function reset(stack: Stack, emit: Emit): Promise<void> {
    await requireAll();
    if (!(await isKept(stack))) {
      await down(stack, emit);
      return up(stack, emit);
    }
    await haveNetwork(stack);
    const keep = await keeping(stack);
    for (const host of stack.hosts) {
      emit(row(host, "running", "going back to its blank state"));
      await bringBack(keep, host.name);
    }
    await sideBySide(stack.hosts, emit, async (host) => {
      await control.powerOn(stack, host.name);
      await control.letIn(stack, host, true);
      if (isVirtual(provider)) await setClock(stack, host);
      await waitForWayOut(stack, host);
      emit(row(host, "done", `blank again, running at ${host.address}`));
    });
  }

  /** A snapshot brings its own time back, too. */
  async function setClock(stack: Stack, host: Host): Promise<void> {
    const password = await ensureSudoPassword(world, stack);
    const argv = loginArgv(stack, host, rootCommand(host, ["date", "-s", `@${Math.round(world.now() / 1000)}`]));
    const options = password === undefined ? {} : { input: `${password}\n` };
    await must(world.run, argv, { doing: "set the machine's clock", host: host.name }, options);
  }

  /** It answers at its own address before its provider has given it the other, by which it reaches package mirrors. */
  async function waitForWayOut(stack: Stack, host: Host): Promise<void> {
    const doing = { doing: "wait for the machine's way to package mirrors", host: host.name };
    await must(world.run, loginArgv(stack, host, WAIT_FOR_ROUTE), doing);
  }

  async function start(stack: Stack, name: string): Promise<void> {
    later.callOff(stack, name);
    for (const host of stack.hosts.filter((each) => each.name === name)) {
      await haveNetwork({ ...stack, hosts: [host] });
      await control.powerOn(stack, name);
      await control.letIn(stack, host, false);
    }
  }

  const { status, stateOf, powerOff, link } = control;
  return { provider, up, down, reset, status, stateOf, powerOff, start, startLater: later.startLater, link };
}
