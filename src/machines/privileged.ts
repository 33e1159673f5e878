import type { CommandOptions, RunCommand } from "../command.ts";
import { EXIT, QuintetError } from "../errors.ts";
import type { MachinesWorld } from "./world.ts";

/** Runs commands as root: as they are if we are root, through sudo otherwise. */
export function privileged(world: Pick<MachinesWorld, "run" | "isRoot">): RunCommand {
  if (world.isRoot) return world.run;
  return (argv, options) => world.run(["sudo", "-n", ...argv], options);
}

export interface Doing {
  /** What fails if the command fails, as in "cannot …". */
  readonly doing: string;
  readonly host?: string;
}

/** Runs a command that has to succeed; gives its standard output, or throws a QuintetError with what it said. */
export async function must(
  run: RunCommand,
  argv: readonly string[],
  { doing, host }: Doing,
  options?: CommandOptions,
): Promise<string> {
  const result = await run(argv, options);
  if (result.exitCode === 0) return result.stdout;
  const said = (result.stderr || result.stdout).trim();
  throw new QuintetError({
    message: `This computer cannot ${doing}.`,
    exitCode: EXIT.preflight,
    ...(host === undefined ? {} : { host }),
    step: "machines",
    detail: said.split("\n").slice(-15).join("\n"),
    next: said.startsWith("sudo:") ? "sudo -v" : "quintet doctor",
  });
}
