import { runCommand } from "../../src/command.ts";
import { nspawnMachines } from "../../src/machines/nspawn.ts";
import { nspawnWorld } from "../../src/machines/world.ts";
import { readRehearsal } from "./rehearsal.ts";

// A program that a test kills on its way: up, with what it is doing on standard output.
const [, , directory = "", ...hosts] = process.argv;
const machines = nspawnMachines(await nspawnWorld(runCommand, process.env));
await machines.up(await readRehearsal(directory, hosts), (event) => process.stdout.write(`${JSON.stringify(event)}\n`));
