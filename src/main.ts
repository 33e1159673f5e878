#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { type Command, CommanderError } from "commander";
import { addAnswerFlags, buildProgram, needsAnswerFlags } from "./cli.ts";
import { EXIT } from "./errors.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

// A reader that went away (quintet … | head) is no reason to stop the machines' work half-way.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

let verb = "";
const program = buildProgram(version, async (options, run) => {
  const { runVerb } = await import("./run-verb.ts");
  process.exitCode = await runVerb({ version, verb }, options, run);
});
program.hook("preAction", (_, command) => {
  verb = nameOf(command);
});
try {
  if (needsAnswerFlags(process.argv.slice(2))) await addAnswerFlags(program);
  await program.parseAsync();
} catch (error) {
  const words = process.argv.slice(2);
  const json = (words.includes("--") ? words.slice(0, words.indexOf("--")) : words).includes("--json");
  if (!(error instanceof CommanderError)) {
    const { processOutput, unforeseen } = await import("./output/process.ts");
    const output = processOutput({ version, verb }, { json }, "plain");
    output.emit({ type: "error", error: unforeseen(error) });
    await output.close();
    process.exitCode = EXIT.unforeseen;
  } else {
    // Commander has said what is wrong, or printed the help that was asked for.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (json && error.exitCode !== 0) {
      const { reportUsage } = await import("./output/process.ts");
      const known = program.commands.find((command) => command.name() === words[0]);
      reportUsage({ version, verb: known?.name() ?? "" }, error, process.stdout);
    }
  }
}

/** "rehearse up": a verb's name with those of the verbs above it. */
function nameOf(command: Command): string {
  const above = command.parent;
  return above === null || above.parent === null ? command.name() : `${nameOf(above)} ${command.name()}`;
}
