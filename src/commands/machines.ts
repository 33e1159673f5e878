import { isIPv6 } from "node:net";
import { machinesBy } from "../machines/by-provider.ts";
import { type Choice, type Choosing, chooseProvider } from "../machines/choose.ts";
import type { Machines } from "../machines/machines.ts";
import { type ProviderChoice, providerTitle } from "../machines/provider.ts";
import { ranBy, rehearsedBy } from "../machines/rehearsed.ts";
import { surveyProviders, surveyVagrant } from "../machines/survey.ts";
import { vagrantWorld } from "../machines/vagrant/world.ts";
import type { Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { loadStack } from "./load-stack.ts";
import { step } from "./step.ts";

export interface MachinesOptions extends CommonOptions {
  readonly provider?: ProviderChoice;
}

/** Rehearsal machines of this stack, and why they are run by whom they are run. */
export async function localMachines(
  stack: Stack,
  { provider: wanted }: MachinesOptions,
  context: CommandContext,
  { isMaking }: Pick<Choosing, "isMaking"> = { isMaking: true },
): Promise<{ readonly machines: Machines; readonly choice: Choice }> {
  const { run, env } = context;
  const choice = await chooseProvider({
    wanted,
    running: await ranBy(stack),
    isMaking,
    preferred: env["VAGRANT_DEFAULT_PROVIDER"],
    survey: async (which) => {
      const world = await vagrantWorld(run, env);
      return which === "vagrant" ? surveyVagrant(world) : surveyProviders(world);
    },
    down: removeCommand(stack, context),
  });
  const command = (verb: string) => commandLine(context, stack, verb);
  return { machines: await machinesBy(choice.provider, run, env, command), choice };
}

/** The machines of this stack, where it is a rehearsal that is up; else undefined. Takes no rights to find out. */
export async function rehearsalMachines(stack: Stack, context: CommandContext): Promise<Machines | undefined> {
  const provider = await rehearsedBy(stack);
  if (provider === undefined) return undefined;
  const { run, env } = context;
  return machinesBy(provider, run, env, (verb) => commandLine(context, stack, verb));
}

/** `quintet rehearse up|down|reset|status`. */
export async function machinesCommand(
  what: "up" | "down" | "reset" | "status",
  options: MachinesOptions,
  context: CommandContext,
): Promise<void> {
  const stack = await loadStack(options.stack ?? "rehearsal", context);
  const isMaking = what === "up" || what === "reset";
  const { machines, choice } = await localMachines(stack, options, context, { isMaking });
  if (what === "up") await machinesUp(stack, machines, choice, context);
  if (what === "down") await machinesDown(stack, machines, context);
  if (what === "reset") await machinesReset(stack, machines, context);
  const states = await machines.status(stack);
  if (what !== "down") {
    const isAny = states.some(({ state }) => state !== "absent");
    context.emit({
      type: "table",
      title: `Rehearsal ${stack.name}${isAny ? `, ${providerTitle(machines.provider)}` : ""}`,
      columns: ["host", "address", "state"],
      rows: states.map(({ host, address, state }) => [host, address, state]),
    });
  }
  const install = [
    `Install the stack: ${commandLine(context, stack, "apply")}`,
    `Remove the machines: ${removeCommand(stack, context)}`,
  ];
  const text = { up: install, reset: install, down: ["The machines are gone."], status: [] }[what];
  context.emit({ type: "result", verb: `rehearse ${what}`, status: "passed", text, data: states });
}

/** Makes the machines, after one line that says who runs them and why. */
export async function machinesUp(
  stack: Stack,
  machines: Machines,
  { provider, why }: Choice,
  context: CommandContext,
): Promise<void> {
  await step(context, "provider", "Choose what runs the machines", [], async () => {
    return { result: undefined, summary: `${providerTitle(provider)}: ${why}` };
  });
  const rows = stack.hosts.map((host) => host.name);
  await step(context, "machines", "Make the machines", rows, async () => {
    await machines.up(stack, context.emit);
    return { result: undefined, summary: `${rows.length} machines are up` };
  });
}

function machinesReset(stack: Stack, machines: Machines, context: CommandContext): Promise<void> {
  const rows = stack.hosts.map((host) => host.name);
  return step(context, "machines", "Bring the machines back to blank", rows, async () => {
    await machines.reset(stack, context.emit);
    return { result: undefined, summary: `${rows.length} machines are blank again` };
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
