import { Command } from "commander";
import type { CommandContext, CommonOptions } from "./commands/context.ts";

/** Runs one verb with the world that fits its flags. */
export type RunVerb = (options: CommonOptions, verb: (context: CommandContext) => Promise<void>) => Promise<void>;

/** The table of verbs and flags. A verb's module is loaded when it is called, so that --help and --version are quick. */
export function buildProgram(version: string, runVerb: RunVerb): Command {
  const program = new Command("quintet")
    .description("Turns five bare Linux machines into a highly available web stack, and proves that it fails over.")
    .version(version)
    .showHelpAfterError("Run `quintet --help` for the list of verbs.")
    .exitOverride();

  const verb = (parent: Command, name: string, description: string) =>
    parent
      .command(name)
      .description(description)
      .option(
        "--stack <name|dir>",
        "a name in inventories/, or a directory (with a slash); default: the stack.yml here",
      )
      .option("--json", "events as JSON lines on standard output, people's text on standard error")
      .option("--verbose", "every task, not only what changes or fails")
      .option("--yes", "ask nothing: what is not said by flags, files or the environment is a fault");

  /** What every verb takes that logs in to hosts. */
  const onHosts = (command: Command) =>
    command
      .option("--limit <hosts>", "only these hosts or tiers, separated by commas")
      .option("--accept-host-keys", "pin the keys of new hosts without asking (only on a network that you trust)")
      .option("--sudo-password-file <file>", "where the password for sudo stands, - for standard input");

  verb(program, "generate", "write the Ansible project of a stack, changing nothing on its hosts")
    .option("--overwrite", "also overwrite generated files that were edited by hand")
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/generate.ts")).generateCommand(options, context)),
    );

  onHosts(verb(program, "apply", "generate, look at every host, then bring the hosts to what stack.yml says"))
    .option("--check", "only say what would change")
    .option("--lock-wait <time>", "wait so long for another run on these hosts: seconds, or minutes as in 10m")
    .option("--overwrite", "also overwrite generated files that were edited by hand")
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/apply.ts")).applyCommand(options, context)),
    );

  onHosts(verb(program, "verify", "run the smoke checks against the running stack, and write a report"))
    .option("--drills", "also break things on purpose, under load, and measure (rehearsal machines)")
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/verify.ts")).verifyCommand(options, context)),
    );

  const rehearse = verb(program, "rehearse", "apply, verify and drill on throw-away machines of this computer")
    .option("--down", "remove the machines at the end")
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/rehearse.ts")).rehearseCommand(options, context)),
    );
  verb(rehearse, "up", "only make the machines").action((_, command) => runMachines("up", command));
  verb(rehearse, "down", "remove the machines and everything that came with them").action((_, command) =>
    runMachines("down", command),
  );
  verb(rehearse, "status", "list the machines and whether they run").action((_, command) =>
    runMachines("status", command),
  );
  // `rehearse --stack x up` and `rehearse up --stack x` mean the same.
  const runMachines = (what: "up" | "down" | "status", command: Command) => {
    const options = command.optsWithGlobals();
    return runVerb(options, async (context) =>
      (await import("./commands/machines.ts")).machinesCommand(what, options, context),
    );
  };

  verb(program, "doctor", "say what this computer lacks for all this, and the command that mends it").action(
    (options) =>
      runVerb(options, async (context) => (await import("./commands/doctor.ts")).doctorCommand(options, context)),
  );

  return program;
}
