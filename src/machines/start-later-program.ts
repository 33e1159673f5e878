import { text } from "node:stream/consumers";
import { runCommand } from "../command.ts";
import { machinesBy } from "./by-provider.ts";
import type { Later } from "./start-later.ts";

// A process of its own (start-later.ts): whoever cut a machine's power has died, and somebody has to switch it on.
const { provider, stack, host } = JSON.parse(await text(process.stdin)) as Later;
const machines = await machinesBy(provider, runCommand, process.env);
if ((await machines.stateOf(stack, host)) === "stopped") await machines.start(stack, host);
