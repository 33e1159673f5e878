import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { onTestFinished } from "vitest";
import { runCommand } from "../../src/command.ts";
import { machineName } from "../../src/machines/nspawn/names.ts";
import { nspawnMachines } from "../../src/machines/nspawn/nspawn.ts";
import { machineProcesses } from "../../src/machines/nspawn/processes.ts";
import { nspawnWorld } from "../../src/machines/nspawn/world.ts";
import { privileged } from "../../src/machines/privileged.ts";
import type { Host, Stack } from "../../src/stack/stack.ts";
import { readRehearsal } from "./rehearsal.ts";

const world = await nspawnWorld(runCommand, process.env);

/** The power switches and cables of rehearsal machines. */
export const machines = nspawnMachines(world);

/** Runs a command on this computer as root. */
export const asRoot = privileged(world);

/** The stack directory of the five machines that the global setup made; empty where there are none. */
export const directory = process.env["QUINTET_TEST_STACK"] ?? "";

/** That stack. Only for tests that are not skipped. */
export function sharedStack(): Promise<Stack> {
  return readRehearsal(directory);
}

/** One host of it. */
export async function hostNamed(name: string): Promise<Host> {
  const host = (await sharedStack()).hosts.find((one) => one.name === name);
  if (host === undefined) throw new Error(name);
  return host;
}

/**
 * Runs a shell script on a machine as root; gives its standard output. It goes in through the kernel, not by SSH: it
 * needs no network, login, sudo or Python there, so it can always undo what a test did to those.
 */
export async function inside(host: string, script: string): Promise<string> {
  const { name } = await sharedStack();
  const processes = await machineProcesses(world, name);
  const init = processes.find(({ machine, role }) => machine === machineName(name, host) && role === "init");
  if (init === undefined) throw new Error(`${host} does not run`);
  const argv = ["nsenter", `--target=${init.pid}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--"];
  const { exitCode, stdout, stderr } = await asRoot([...argv, "sh", "-euc", script], { timeoutMs: 60_000 });
  if (exitCode !== 0) throw new Error(`on ${host}: ${script}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** Does something to a machine, and undoes it when the test is over, whether it passed or not. */
export async function meanwhile(host: string, script: string, undo: string): Promise<void> {
  onTestFinished(async () => void (await inside(host, undo)));
  await inside(host, script);
}

/** A copy of the shared stack directory, for a test to spoil: same machines, same keys. Removed after the test. */
export async function copyOfStack(): Promise<string> {
  const above = await mkdtemp(join(tmpdir(), "quintet-copy-"));
  onTestFinished(() => rm(above, { recursive: true }));
  const copy = join(above, basename(directory));
  await cp(directory, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}
