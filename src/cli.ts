import { Argument, Command, InvalidArgumentError, Option } from "commander";
import type { CommonOptions, Verb } from "./commands/context.ts";
import { HOW_TO_INSTALL, SHELLS } from "./completion/scripts.ts";
import { PROVIDER_CHOICES } from "./machines/provider.ts";
import { DRILL_IDS } from "./stack/drill-ids.ts";

/** Runs one verb with the world that fits its flags. */
export type RunVerb = (options: CommonOptions, verb: Verb) => Promise<void>;

/** The table of verbs and flags. A verb's module is loaded when it is called, so that --help and --version are quick. */
export function buildProgram(version: string, runVerb: RunVerb): Command {
  const program = new Command("quintet")
    .description("Turns five bare Linux machines into a highly available web stack, and proves that it fails over.")
    .version(version)
    .showHelpAfterError("Run `quintet --help` for the list of verbs.")
    .exitOverride();

  /** A verb that is about no stack. */
  const plainVerb = (parent: Command, name: string, description: string) =>
    withOutput(parent.command(name).description(description));
  const verb = (parent: Command, name: string, description: string) =>
    withOutput(
      parent
        .command(name)
        .description(description)
        .option(
          "--stack <name|dir>",
          "a name in inventories/, or a directory (with a slash); default: the stack.yml here",
        ),
    );
  const withOutput = (command: Command) =>
    command
      .option("--json", "events as JSON lines on standard output, people's text on standard error")
      .option("--verbose", "every task that ran, with its diff, not only what fails")
      .option("--yes", "ask nothing: what is not said by flags, files or the environment is a fault");

  /** What every verb takes that logs in to hosts. */
  const onHosts = (command: Command, limited = true) =>
    (limited ? command.option("--limit <hosts>", "only these hosts or tiers, separated by commas") : command)
      .option("--accept-host-keys", "pin the keys of new hosts without asking (only on a network that you trust)")
      .option("--sudo-password-file <file>", "where the password for sudo stands, - for standard input");

  /** What the verbs take that end with exit code 6 while another run is at work. */
  const locking = (command: Command) =>
    command.option("--lock-wait <time>", "wait so long for another run: seconds, or minutes as in 10m");

  /** What the verbs take that can break things on purpose. */
  const drilling = (command: Command) =>
    command
      .option("--drills", "also break things on purpose, one after another, under load, and measure")
      .addOption(new Option("--drill <id...>", "only these drills").choices(DRILL_IDS))
      .addOption(new Option("--skip <id...>", "all drills but these").choices(DRILL_IDS))
      .option("--list-drills", "list the drills and what each would do here, and run nothing")
      .option("--rate <number>", "requests a second while a drill runs, 1 to 1000; default: what stack.yml says")
      .option("--duration <time>", "how long each drill watches what it broke, at least: seconds, or minutes as in 2m")
      .option("--max-downtime <ms>", "the longest stretch without an answer that any drill may cost, milliseconds");

  /** What the verbs take that begin with describing a stack; addAnswerFlags adds a flag for each question. */
  const describing = (command: Command, overwrite = "replace a stack.yml that says something else") =>
    command
      .option(
        "--from <file>",
        "a stack.yml, an Ansible inventory (INI or YAML) or a list of hosts; - for standard input",
      )
      .option("--overwrite", overwrite);

  describing(verb(program, "init", "describe a stack, by answers or by flags, and write its stack.yml")).action(
    (options) =>
      runVerb(options, async (context) => {
        const { initCommand } = await import("./commands/init.ts");
        const { guideHere } = await import("./commands/guide.ts");
        await initCommand(options, context, guideHere());
      }),
  );

  describing(
    locking(
      onHosts(verb(program, "install", "all of it, asking or by flags: init, check, generate, plan, apply, verify")),
    ),
    "replace a stack.yml that says something else, and generated files that were edited by hand",
  ).action((options) =>
    runVerb(options, async (context) => {
      const { installCommand } = await import("./commands/install.ts");
      const { guideHere } = await import("./commands/guide.ts");
      await installCommand(options, context, guideHere("then check, generate and plan"));
    }),
  );

  locking(verb(program, "generate", "write the Ansible project of a stack, changing nothing on its hosts"))
    .option("--overwrite", "also overwrite generated files that were edited by hand")
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/generate.ts")).generateCommand(options, context)),
    );

  onHosts(verb(program, "check", "find everything on the hosts that would make apply fail, changing nothing")).action(
    (options) =>
      runVerb(options, async (context) => (await import("./commands/check.ts")).checkCommand(options, context)),
  );

  locking(
    onHosts(verb(program, "plan", "say what apply would change, host by host, changing nothing; exit 10 if anything")),
  )
    .option("--overwrite", "also overwrite generated files that were edited by hand")
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/plan.ts")).planCommand(options, context)),
    );

  locking(onHosts(verb(program, "apply", "look at every host, generate, then bring the hosts to what stack.yml says")))
    .option("--overwrite", "also overwrite generated files that were edited by hand")
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/apply.ts")).applyCommand(options, context)),
    );

  drilling(
    locking(onHosts(verb(program, "verify", "run the smoke checks against the running stack, and write a report"))),
  )
    .option("--check <id...>", "only these smoke checks")
    .option("--list-checks", "list the smoke checks, and run nothing")
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/verify.ts")).verifyCommand(options, context)),
    );

  const count = (value: string) => {
    if (!/^[1-9]\d{0,2}$/.test(value)) throw new InvalidArgumentError("Give a whole number from 1.");
    return Number(value);
  };
  const batching = (command: Command) =>
    command.option("--batch <n>", "app hosts that change at the same time; default: one after another", count);
  batching(
    locking(onHosts(verb(program, "release", "bring the application to the hosts without losing a request"), false)),
  )
    .option("--keep <n>", "releases that each host keeps; default: what stack.yml says", count)
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/release.ts")).releaseCommand(options, context)),
    );
  batching(
    locking(
      onHosts(verb(program, "rollback", "go back to the release before that was good, or to the named one"), false),
    ),
  )
    .argument("[release]", "a number of `quintet releases`")
    .action((release, options) =>
      runVerb(options, async (context) =>
        (await import("./commands/rollback.ts")).rollbackCommand(release, options, context),
      ),
    );
  onHosts(verb(program, "releases", "list the releases: who, when, Git revision, state on each host"), false).action(
    (options) =>
      runVerb(options, async (context) => (await import("./commands/releases.ts")).releasesCommand(options, context)),
  );
  onHosts(verb(program, "logs", "follow what the application says, on all app hosts at once"))
    .option("--since <time>", "from when on: 1h, 30m, or a time as journalctl takes it")
    .option("--grep <regex>", "only lines that match")
    .option("--no-follow", "what there is, and no more")
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/logs.ts")).logsCommand(options, context)),
    );
  onHosts(verb(program, "run", "run a command once in the environment of the application, on one app host"), false)
    .option("--host <name>", "the app host; default: the first")
    .argument("<command...>", "the command and its arguments, after --")
    .action((words, options) =>
      runVerb(options, async (context) => (await import("./commands/run.ts")).runCommandThere(words, options, context)),
    );
  onHosts(verb(program, "db", "open the database's own client on the database host"), false).action((options) =>
    runVerb(options, async (context) => (await import("./commands/db.ts")).dbCommand(options, context, process)),
  );
  verb(program, "secret", "set the value of one of app.secrets, asked or from standard input")
    .argument("<name>", "one of app.secrets in stack.yml")
    .action((name, options) =>
      runVerb(options, async (context) =>
        (await import("./commands/secret.ts")).secretCommand(name, options, context, process.stdin),
      ),
    );

  const providing = (command: Command) =>
    command.addOption(
      new Option(
        "--provider <name>",
        "what runs the machines; default: systemd-nspawn where this computer can, else one of Vagrant's",
      ).choices(PROVIDER_CHOICES),
    );
  const rehearse = providing(
    drilling(locking(verb(program, "rehearse", "apply, verify and drill on throw-away machines of this computer"))),
  )
    .option("--down", "remove the machines at the end")
    .action((options) =>
      runVerb(options, async (context) => (await import("./commands/rehearse.ts")).rehearseCommand(options, context)),
    );
  const ABOUT_MACHINES = {
    up: "only make the machines",
    down: "remove the machines and everything that came with them",
    reset: "bring the machines back to blank, for another first install",
    status: "list the machines and whether they run",
  } as const;
  for (const what of ["up", "down", "reset", "status"] as const) {
    providing(verb(rehearse, what, ABOUT_MACHINES[what])).action((_, command) => runMachines(what, command));
  }
  // `rehearse --stack x up` and `rehearse up --stack x` mean the same.
  const runMachines = (what: keyof typeof ABOUT_MACHINES, command: Command) => {
    const options = command.optsWithGlobals();
    // Those of the whole rehearsal, which is more than its machines.
    const whole = rehearse.options.filter((option) => !command.options.some(({ long }) => long === option.long));
    const stray = whole.find((option) => options[option.attributeName()] !== undefined);
    if (stray !== undefined) command.error(`error: ${stray.long} has no meaning with rehearse ${what}`);
    return runVerb(options, async (context) =>
      (await import("./commands/machines.ts")).machinesCommand(what, options, context),
    );
  };

  const report = verb(program, "report", "show the last report, or the named one; list and compare them")
    .argument("[name]", "a name of `report list`, its beginning, or latest")
    .option("--open", "open report.html in the browser")
    .action((name, options) =>
      runVerb(options, async (context) => (await import("./commands/report.ts")).reportCommand(name, options, context)),
    );
  verb(report, "list", "every report of the stack").action((_, command) => {
    const options = command.optsWithGlobals();
    return runVerb(options, async (context) =>
      (await import("./commands/report.ts")).reportListCommand(options, context),
    );
  });
  verb(report, "compare", "what newly fails, is mended or got slower, between the last two or the named ones")
    .argument("[before]", "a name; alone, it is compared with the last")
    .argument("[after]", "a name")
    .option("--fail-on-worse", "exit 5 if something newly fails or got slower")
    .action((before, after, _, command) => {
      const options = command.optsWithGlobals();
      return runVerb(options, async (context) =>
        (await import("./commands/report.ts")).reportCompareCommand([before, after], options, context),
      );
    });

  plainVerb(program, "doctor", "say what this computer lacks for all this, and the command that mends it").action(
    (options) =>
      runVerb(options, async (context) => (await import("./commands/doctor.ts")).doctorCommand(options, context)),
  );

  plainVerb(program, "completion", "print the script with which a shell completes verbs, flags and names")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText("after", HOW_TO_INSTALL)
    .action((shell, options) =>
      runVerb(options, async (context) => (await import("./commands/completion.ts")).completionCommand(shell, context)),
    );
  // Called by that script: no run of a verb, since the shell waits for the answer.
  program
    .command("__complete [words...]", { hidden: true })
    .action(async (words) => (await import("./completion/answer.ts")).answer(program, words));

  return program;
}

/** The verbs that begin with describing a stack. */
const DESCRIBING = ["init", "install"];

/**
 * Adds a flag for each question. They are made from the schema of stack.yml, which takes its time to load: other verbs,
 * and --version, need not wait for it.
 */
export async function addAnswerFlags(program: Command): Promise<void> {
  const { flagOptions } = await import("./answers/flags.ts");
  for (const command of program.commands.filter((one) => DESCRIBING.includes(one.name()))) {
    for (const { flags, description, section, repeatable, choices } of flagOptions()) {
      const option = new Option(flags, description).helpGroup(`${section}:`);
      if (repeatable) option.argParser((value: string, before: string[] = []) => [...before, value]);
      // For help and completion. A wrong choice is told with everything else that is wrong.
      if (choices.length > 0) option.argChoices = [...choices];
      command.addOption(option);
    }
  }
}

/** Whether a command line may have need of the flags of the questions, or show them. */
export function needsAnswerFlags(words: readonly string[]): boolean {
  return [...DESCRIBING, "help"].some((word) => words.includes(word));
}
