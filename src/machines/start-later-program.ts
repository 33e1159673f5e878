import { text } from "node:stream/consumers";
import { runCommand } from "../command.ts";
import { machinesBy } from "./by-provider.ts";
import type { Later } from "./start-later.ts";

// A process of its own (start-later.ts): whoever cut a machine's power has died, and somebody has to switch it on.
const { provider, stack, host } = JSON.parse(await text(process.stdin)) as Later;
const machines = await machinesBy(provider, runCommand, process.env);
const found = (await machines.status(stack)).find((machine) => machine.host === host);
if (found?.state === "stopped") await machines.start(stack, host);
