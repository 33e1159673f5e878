import type { RunCommand } from "../../command.ts";
import type { MachineState } from "../machines.ts";
import { must } from "../privileged.ts";
import type { Driver, Placed } from "./driver.ts";

/** Asks the provider; throws where it does not answer: a machine that nobody can see is not one that is gone. */
export async function askState(
  below: RunCommand,
  driver: Driver,
  machine: Placed,
  host: string,
): Promise<MachineState> {
  const argv = driver.stateArgv(machine);
  // What is not there is told by words, which are to be English.
  const result = await below(argv, { env: { LC_ALL: "C" } });
  if (result.exitCode !== 0 && driver.absent?.test(result.stderr + result.stdout)) return "absent";
  const printed = await must(async () => result, argv, { doing: "learn whether the machine runs", host });
  return driver.isRunning(printed, machine) ? "running" : "stopped";
}
