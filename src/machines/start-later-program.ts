import { text } from "node:stream/consumers";
import { runCommand } from "../command.ts";
import { nspawnMachines } from "./nspawn.ts";
import type { Later } from "./start-later.ts";
import { nspawnWorld } from "./world.ts";

// A process of its own (start-later.ts): whoever cut a machine's power has died, and somebody has to switch it on.
const { stack, host } = JSON.parse(await text(process.stdin)) as Later;
const machines = nspawnMachines(await nspawnWorld(runCommand, process.env));
const found = (await machines.status(stack)).find((machine) => machine.host === host);
if (found?.state === "stopped") await machines.start(stack, host);
