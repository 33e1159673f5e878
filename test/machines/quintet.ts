import { join } from "node:path";
import { type CommandOptions, runCommand } from "../../src/command.ts";
import type { Event } from "../../src/events.ts";

/** One run of the program as a user would run it, with --json. */
export interface Run {
  readonly exitCode: number | undefined;
  readonly events: readonly Event[];
  readonly stderr: string;
}

export const program = join(import.meta.dirname, "../../quintet");

/** `before`: a command that runs the program, for example as another user. */
export async function quintet(
  words: readonly string[],
  { before = [], ...options }: CommandOptions & { readonly before?: readonly string[] } = {},
): Promise<Run> {
  const { exitCode, stdout, stderr } = await runCommand([...before, program, ...words, "--json"], options);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return { exitCode, events: lines.map((line) => JSON.parse(line) as Event), stderr };
}

/** The events of one type. */
export function eventsOf<Type extends Event["type"]>(run: Run, type: Type): Extract<Event, { type: Type }>[] {
  return run.events.filter((event): event is Extract<Event, { type: Type }> => event.type === type);
}

export interface HostResult {
  readonly changed: number;
  readonly failed: number;
  readonly unreachable: number;
}

/** What an apply that passed did to each host. */
export function hostsOf(run: Run): Record<string, HostResult> {
  const [result] = eventsOf(run, "result");
  const { hosts } = (result?.data ?? { hosts: {} }) as { hosts: Record<string, HostResult> };
  return hosts;
}
