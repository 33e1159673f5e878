import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Machines } from "../../machines/machines.ts";
import type { Stack } from "../../stack/stack.ts";

const armed = z.object({ drill: z.string(), host: z.string() });
const fileOf = (stack: Stack) => join(stack.directory, ".drill.json");

/** Writes down which machine is about to lose its power, so that a later run can switch it on if this one dies. */
export async function arm(stack: Stack, drill: string, host: string): Promise<void> {
  const file = fileOf(stack);
  await writeFile(`${file}.new`, JSON.stringify({ drill, host }));
  await rename(`${file}.new`, file);
}

export async function disarm(stack: Stack): Promise<void> {
  await rm(fileOf(stack), { force: true });
}

/** Heals what an interrupted drill left broken; the name of the machine that was switched on again, if any. */
export async function healLeftover(stack: Stack, machines: Machines): Promise<string | undefined> {
  const text = await readFile(fileOf(stack), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const found = armed.safeParse(parse(text));
  const healed = found.success && (await powerOn(stack, machines, found.data.host)) ? found.data.host : undefined;
  await disarm(stack);
  return healed;
}

/** Switches a machine on unless it runs; whether that was needed. */
export async function powerOn(stack: Stack, machines: Machines, host: string): Promise<boolean> {
  const status = (await machines.status(stack)).find((machine) => machine.host === host);
  if (status?.state !== "stopped") return false;
  await machines.start(stack, host);
  return true;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
