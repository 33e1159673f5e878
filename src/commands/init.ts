import path from "node:path";
import { type Answers, answerTo, type QuestionId } from "../answers/answers.ts";
import { type AnswerFault, faultsOf, type Missing, missing, sentence } from "../answers/check.ts";
import { commandWithAnswers } from "../answers/command-line.ts";
import { editStack } from "../answers/edit.ts";
import { type FlagValues, fromFlags, mergeAnswers } from "../answers/flags.ts";
import { questionOf } from "../answers/questions.ts";
import { stackText } from "../answers/write.ts";
import { EXIT, QuintetError } from "../errors.ts";
import { addPins } from "../remote/pins.ts";
import { formatFaults } from "../stack/faults.ts";
import { parseStack } from "../stack/parse.ts";
import type { Stack } from "../stack/stack.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { type From, importFrom } from "./import-stack.ts";
import { stackDirectory } from "./load-stack.ts";
import { writeStack } from "./write-stack.ts";

const STEP = "Describe the stack";

/** The flags of init; those of the questions are among them, by their names in camel case. */
export interface InitOptions extends CommonOptions {
  readonly from?: string;
  readonly overwrite?: boolean;
}

/** Asks a person for what is not said yet. undefined: the person left. */
export type Guide = (given: Answers, options: InitOptions, context: CommandContext) => Promise<Guided | undefined>;

interface Guided {
  readonly answers: Answers;
  /** Lines for known_hosts that were said yes to. */
  readonly hostKeys: string;
  /** To be called when stack.yml stands. */
  readonly finished: () => Promise<void>;
}

/** Where the stack.yml is that init has written, or found to be the same already. */
export interface Initialized {
  readonly stack: Stack;
  readonly file: string;
  readonly written: boolean;
  /** What was said; undefined where a stack.yml was taken as it is. */
  readonly answers: Answers | undefined;
}

/** `quintet init`: what flags, the environment, a file or a person say -> stack.yml. */
export async function initCommand(options: InitOptions, context: CommandContext, guide?: Guide): Promise<void> {
  const { stack, file, written, answers } = await initStack(options, context, guide);
  const here = `./${path.relative(context.cwd, stack.directory)}`;
  const name = stackDirectory(stack.name, context) === stack.directory ? stack.name : here;
  const same = answers && sameCommand("init", answers, options, context);
  context.emit({
    type: "result",
    verb: "init",
    status: "passed",
    text: [
      `${path.relative(context.cwd, file) || file} ${written ? "is written" : "says all this already"}.`,
      ...(same === undefined || context.ask === undefined ? [] : [`The same without questions: ${same}`]),
      `Next: ${context.program} check --stack ${name}`,
    ],
    data: { file, name: stack.name, written, ...(same !== undefined && { command: same }) },
  });
}

/** The command line that would do the same without asking. */
export function sameCommand(verb: string, answers: Answers, options: InitOptions, context: CommandContext): string {
  const words = options.stack === undefined ? [verb] : [verb, "--stack", options.stack];
  return commandWithAnswers(context.program, words, answers);
}

/** The step that `init` is made of and `install` begins with. */
export async function initStack(options: InitOptions, context: CommandContext, guide?: Guide): Promise<Initialized> {
  const flags = fromFlags(options as FlagValues, context.env);
  const from = options.from === undefined ? undefined : await importFrom(options.from, flags.layout, context);
  if (from?.kind === "stack") return takeStack(from, flags, options, context);
  const given = mergeAnswers({ ...nameOf(options), ...from?.answers }, flags);
  const asked = guide !== undefined && context.ask !== undefined && options.from !== "-";
  const guided = asked ? await guide(given, options, context) : undefined;
  if (asked && guided === undefined) {
    throw new QuintetError({
      message: "You left before the end: nothing was written.",
      exitCode: EXIT.interrupted,
      next: "Run the same command again: it goes on where you left.",
    });
  }
  const answers = guided?.answers ?? given;
  const [lacking, faults] = [missing(answers), faultsOf(answers)];
  if (lacking.length > 0 || faults.length > 0) throw refusal(lacking, faults, context);
  const directory = directoryFor(answerTo("name", answers)?.trim() ?? "", options, context);
  const text = stackText(answers, { cwd: context.cwd, directory });
  const stack = valid(text, "stack.yml", directory, context);
  const { file, written } = await write(stack, text, options, context);
  if (guided !== undefined) {
    if (guided.hostKeys !== "") await addPins(directory, guided.hostKeys);
    await guided.finished();
  }
  return { stack, file, written, answers };
}

/** A stack.yml is taken as it is, but for what flags say otherwise. */
async function takeStack(
  from: From & { readonly kind: "stack" },
  flags: Answers,
  options: InitOptions,
  context: CommandContext,
): Promise<Initialized> {
  const textFor = (directory: string) => {
    const edited = editStack(from.text, flags, { cwd: context.cwd, directory });
    if ("faults" in edited) throw refusal([], edited.faults, context);
    return edited.text;
  };
  // The name decides where it stands, and that decides how the paths that flags give are written.
  const { name } = valid(textFor(context.cwd), from.shown, context.cwd, context);
  const directory = directoryFor(name, options, context);
  const text = textFor(directory);
  const stack = valid(text, from.shown, directory, context);
  const { file, written } = await write(stack, text, options, context);
  const before = from.directory === undefined ? stack : valid(text, from.shown, from.directory, context);
  if (before.app.source !== stack.app.source && answerTo("app-source", flags) === undefined) {
    context.emit({
      type: "warning",
      message: `Relative paths of ${from.shown} begin at ${directory} now: the application is looked for in ${stack.app.source}.`,
      next: "Correct app.source in stack.yml, or give --app-source.",
    });
  }
  return { stack, file, written, answers: undefined };
}

async function write(
  stack: Stack,
  text: string,
  options: InitOptions,
  context: CommandContext,
): Promise<{ file: string; written: boolean }> {
  const written = await writeStack(stack.directory, text, options, context);
  return { file: path.join(stack.directory, "stack.yml"), written };
}

/** --stack NAME names the stack, too, where nothing else does. */
function nameOf({ stack }: InitOptions): Answers {
  return stack === undefined || stack.includes("/") || stack.startsWith(".") ? {} : { name: stack };
}

function directoryFor(name: string, { stack }: InitOptions, context: CommandContext): string {
  return stackDirectory(stack ?? name, context);
}

function valid(text: string, file: string, directory: string, context: CommandContext): Stack {
  const { home, userName } = context;
  const result = parseStack(text, { file, directory, home, defaultUser: userName });
  if ("stack" in result) return result.stack;
  const count = result.faults.length;
  throw new QuintetError({
    message: `${count === 1 ? "One thing" : `${count} things`} in ${file} cannot be right.`,
    exitCode: EXIT.usage,
    step: STEP,
    detail: formatFaults(result.faults).join("\n"),
    next: "Correct it, then run the same command again.",
  });
}

/** One error for all that is missing and all that is wrong, each with its flag and its variable. */
function refusal(lacking: readonly Missing[], faults: readonly AnswerFault[], context: CommandContext): QuintetError {
  const line = (id: QuestionId, words: string) => {
    const { flag, variable } = questionOf(id);
    return `${flag} (${variable}) ${words}`;
  };
  const counted = [
    lacking.length > 0 && `${lacking.length} ${lacking.length === 1 ? "answer is" : "answers are"} missing`,
    faults.length > 0 && `${faults.length} ${faults.length === 1 ? "thing" : "things"} cannot be right`,
  ];
  return new QuintetError({
    message: `${counted.filter((words) => words !== false).join(", ")}.`,
    exitCode: EXIT.usage,
    step: STEP,
    detail: [
      ...lacking.map(({ id, message }) => line(id, `is missing: ${message}`)),
      ...faults.map((fault) => line(fault.id, `cannot be right: ${sentence(fault)}`)),
    ].join("\n"),
    next: `Give them by flags, environment variables or --from FILE; in a terminal, ${context.program} init asks.`,
  });
}
