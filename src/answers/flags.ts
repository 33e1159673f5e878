import { type Answers, answerTo, type QuestionId } from "./answers.ts";
import { hostsText, mergeHosts, readHosts } from "./host-items.ts";
import { linesText, readLines } from "./list-items.ts";
import { QUESTIONS, type Question } from "./questions.ts";

/** A flag as the command line's parser wants it described. */
export interface FlagOption {
  /** Such as --name <name>. */
  readonly flags: string;
  readonly description: string;
  readonly section: string;
  readonly repeatable: boolean;
  /** What it may be; none: anything. */
  readonly choices: readonly string[];
}

/** What a parser of command lines makes of flags, by their names in camel case. */
export type FlagValues = Readonly<Record<string, unknown>>;

/** The flags of all questions: nothing about them is written twice. */
export function flagOptions(): FlagOption[] {
  return QUESTIONS.map((question) => ({
    flags: `${question.flag} <${question.placeholder}>`,
    description: describe(question),
    section: question.section,
    repeatable: question.repeatable,
    choices: question.choices.map(({ value }) => value),
  }));
}

/** What flags and environment variables say; a flag goes over a variable. One is wrong by faultsOf, not here. */
export function fromFlags(values: FlagValues, environment: Readonly<Record<string, string | undefined>>): Answers {
  const answers: Partial<Record<QuestionId, string>> = {};
  for (const question of QUESTIONS) {
    // A variable that is set to nothing says nothing, as pipelines have it; a flag does.
    const text = flagText(question, values[flagKey(question.flag)]) ?? (environment[question.variable] || undefined);
    if (text !== undefined) answers[question.id] = text;
  }
  return answers;
}

/** Some answers, with others put over them: hosts by their names, variables of the application by theirs. */
export function mergeAnswers(answers: Answers, over: Answers): Answers {
  const merged: Partial<Record<QuestionId, string>> = { ...answers };
  for (const { id, kind } of QUESTIONS) {
    const [before, after] = [answerTo(id, answers), over[id]];
    if (after === undefined) continue;
    merged[id] = after;
    if (before === undefined || answerTo(id, over) === undefined) continue;
    if (kind === "hosts") merged[id] = mergedHosts(before, after);
    if (kind === "lines") merged[id] = mergedLines(before, after);
  }
  return merged;
}

/** --app-source -> appSource, as commander names it. */
function flagKey(flag: string): string {
  return flag.replace(/^--/, "").replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function flagText({ kind }: Question, value: unknown): string | undefined {
  const items = (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
  if (items.length === 0) return undefined;
  // An item with a line break in it is one item all the same.
  return kind === "lines" ? linesText(items) : kind === "text" || kind === "choice" ? items.at(-1) : items.join("\n");
}

function describe({ help, choices, proposal, required, repeatable, variable }: Question): string {
  const standard = choices.length === 1 ? undefined : proposal({});
  const sentences = [
    help,
    required({}) ? "Required." : "",
    standard === undefined || required({}) || help.includes("Default:") ? "" : `Default: ${standard}.`,
    repeatable ? "May be repeated." : "",
    `[${variable}]`,
  ];
  return sentences.filter((sentence) => sentence !== "").join(" ");
}

/** Where either cannot be read, both stand one after the other, and the check says what is wrong. */
function mergedHosts(before: string, after: string): string {
  const [known, over] = [readHosts(before), readHosts(after)];
  if (known.wrong.length > 0 || over.wrong.length > 0) return `${before}\n${after}`;
  return hostsText(mergeHosts(known.items, over.items));
}

function mergedLines(before: string, after: string): string {
  const name = (line: string | undefined) => line?.split("=", 1)[0];
  const [known, over] = [readLines(before), readLines(after)];
  if ([...known, ...over].includes(undefined)) return `${before}\n${after}`;
  const kept = known.filter((line) => !over.some((other) => name(other) === name(line)));
  return linesText([...kept, ...over].filter((line) => line !== undefined));
}
