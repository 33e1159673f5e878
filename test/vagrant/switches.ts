import { expect } from "vitest";
import { runCommand } from "../../src/command.ts";
import { loginArgv } from "../../src/machines/login.ts";
import type { VagrantProvider } from "../../src/machines/provider.ts";
import { vagrantMachines } from "../../src/machines/vagrant/vagrant.ts";
import { vagrantWorld } from "../../src/machines/vagrant/world.ts";
import { readRehearsal } from "../machines/rehearsal.ts";
import type { Workshop } from "./workshop.ts";

/** A machine's cable is pulled and plugged, its power cut and given back: each is felt, by nobody else. */
export async function trySwitches(
  { directory, env }: Workshop,
  provider: VagrantProvider,
  name: string,
  other: string,
): Promise<void> {
  const machines = vagrantMachines(await vagrantWorld(runCommand, { ...process.env, ...env }), provider);
  const stack = await readRehearsal(directory);
  const answers = async (which: string) => {
    const host = stack.hosts.find((each) => each.name === which);
    if (host === undefined) throw new Error(which);
    return (await runCommand(loginArgv(stack, host, "true"), { timeoutMs: 30_000 })).exitCode === 0;
  };
  const both = async () => [await answers(name), await answers(other)];
  const stateOf = () => machines.stateOf(stack, name);

  expect(await both()).toEqual([true, true]);
  await machines.link(stack, name, "down");
  expect(await both()).toEqual([false, true]);
  expect(await stateOf()).toBe("running");
  await machines.link(stack, name, "up");
  // The first packet after that may find the neighbours' caches empty.
  await expect.poll(both, { timeout: 60_000 }).toEqual([true, true]);

  await machines.powerOff(stack, name);
  expect(await both()).toEqual([false, true]);
  expect(await stateOf()).toBe("stopped");
  await machines.start(stack, name);
  expect(await both()).toEqual([true, true]);
}
