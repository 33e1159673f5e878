import { isIPv6 } from "node:net";
import type { Machines } from "../machines/machines.ts";
import { nspawnMachines } from "../machines/nspawn.ts";
import { isRehearsed } from "../machines/rehearsed.ts";
import { nspawnWorld } from "../machines/world.ts";
import type { Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { loadStack } from "./load-stack.ts";
import { step } from "./step.ts";

/** The provider of rehearsal machines on this computer. */
export async function localMachines(stack: Stack, context: CommandContext): Promise<Machines> {
  const { run, env } = context;
  return nspawnMachines(await nspawnWorld(run, env, (verb) => commandLine(context, stack, verb)));
}

/** The machines of this stack, where it is a rehearsal that is up; else undefined. Takes no rights to find out. */
export async function rehearsalMachines(stack: Stack, context: CommandContext): Promise<Machines | undefined> {
  return isRehearsed(stack) ? localMachines(stack, context) : undefined;
}

/** `quintet rehearse up|down|status`. */
export async function machinesCommand(
  what: "up" | "down" | "status",
  options: CommonOptions,
  context: CommandContext,
): Promise<void> {
  const stack = await loadStack(options.stack ?? "rehearsal", context);
  const machines = await localMachines(stack, context);
  if (what === "up") await machinesUp(stack, machines, context);
  if (what === "down") await machinesDown(stack, machines, context);
  const states = await machines.status(stack);
  if (what !== "down") {
    context.emit({
      type: "table",
      title: `Rehearsal ${stack.name}`,
      columns: ["host", "address", "state"],
      rows: states.map(({ host, address, state }) => [host, address, state]),
    });
  }
  const text = {
    up: [
      `Install the stack: ${commandLine(context, stack, "apply")}`,
      `Remove the machines: ${removeCommand(stack, context)}`,
    ],
    down: ["The machines are gone."],
    status: [],
  }[what];
  context.emit({ type: "result", verb: `rehearse ${what}`, status: "passed", text, data: states });
}

export function machinesUp(stack: Stack, machines: Machines, context: CommandContext): Promise<void> {
  const rows = stack.hosts.map((host) => host.name);
  return step(context, "machines", "Make the machines", rows, async () => {
    await machines.up(stack, context.emit);
    return { result: undefined, summary: `${rows.length} machines are up` };
  });
}

export function machinesDown(stack: Stack, machines: Machines, context: CommandContext): Promise<void> {
  const rows = stack.hosts.map((host) => host.name);
  return step(context, "machines", "Remove the machines", rows, async () => {
    await machines.down(stack, context.emit);
    return { result: undefined };
  });
}

/** The command that removes a rehearsal's machines. */
export function removeCommand(stack: Stack, context: CommandContext): string {
  return commandLine(context, stack, "rehearse down");
}

/** Where a browser finds the site: the certificate is for the virtual IP too, which needs no DNS. */
export function siteUrl(stack: Stack): string {
  const { address } = stack.virtualIp;
  return `https://${isIPv6(address) ? `[${address}]` : address}/`;
}
