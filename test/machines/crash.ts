import { runCommand } from "../../src/command.ts";
import { nspawnMachines } from "../../src/machines/nspawn/nspawn.ts";
import { nspawnWorld } from "../../src/machines/nspawn/world.ts";
import { readRehearsal } from "./rehearsal.ts";

/** A program that a test kills on its way: up, with its events on standard output. Arguments: stack directory, hosts. */
export const upProgram = import.meta.filename;

if (import.meta.main) {
  const [, , directory = "", ...hosts] = process.argv;
  const machines = nspawnMachines(await nspawnWorld(runCommand, process.env));
  const stack = await readRehearsal(directory, hosts);
  await machines.up(stack, (event) => process.stdout.write(`${JSON.stringify(event)}\n`));
}
