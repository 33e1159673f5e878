import type { Command, Option } from "commander";

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand where the cursor is: `files` and `directories` are left to the shell, beside the candidates. */
export interface Answer {
  readonly kind: "words" | "files" | "directories";
  readonly candidates: readonly Candidate[];
}

/** What flags take that only the disk knows. */
export interface Values {
  /** Names of stacks in inventories/. */
  stacks(): readonly Candidate[];
  /** Hosts and tiers of the stack that is named, or of the one that is meant where none is. */
  hosts(stack: string | undefined): readonly Candidate[];
}

/** The words after the program's name, up to the cursor: the last one is what is being typed, often empty. */
export function complete(program: Command, words: readonly string[], values: Values): Answer {
  const { command, used, operands, pending, flagsEnded } = read(program, words.slice(0, -1));
  const current = words.at(-1) ?? "";
  if (pending !== undefined) return valuesOf(pending, current, used, values);
  if (!flagsEnded && current.startsWith("--") && current.includes("=")) {
    const option = find(command, current.slice(0, current.indexOf("=")));
    const typed = current.slice(current.indexOf("=") + 1);
    return option === undefined ? NOTHING : valuesOf(option, typed, used, values);
  }
  if (!flagsEnded && current.startsWith("-")) return among(flags(command, used), current);
  const verbs = operands > 0 ? [] : command.createHelp().visibleCommands(command);
  const named = verbs.map((verb) => ({ value: verb.name(), description: verb.description() }));
  const choices = (command.registeredArguments[operands]?.argChoices ?? []).map((value) => ({
    value,
    description: "",
  }));
  const wanted = [...named, ...choices];
  // A verb that takes no words: its flags are all that can come.
  return among(wanted.length > 0 || flagsEnded ? wanted : flags(command, used), current);
}

const NOTHING: Answer = { kind: "words", candidates: [] };

/** Where the words lead: the verb, the flags that were given, and the flag that still waits for its value. */
function read(program: Command, words: readonly string[]) {
  let command = program;
  let operands = 0;
  let pending: Option | undefined;
  let flagsEnded = false;
  const used = new Map<Option, string>();
  for (const word of words) {
    if (pending !== undefined && (pending.required || !word.startsWith("-"))) {
      used.set(pending, word);
      pending = undefined;
    } else if (!flagsEnded && word === "--") {
      flagsEnded = true;
    } else if (!flagsEnded && word.startsWith("-")) {
      const [flag = "", value] = word.split(/=(.*)/s);
      pending = find(command, flag);
      if (pending === undefined) continue;
      used.set(pending, value ?? "");
      if (value !== undefined || pending.isBoolean() || !(pending.required || pending.optional)) pending = undefined;
    } else {
      const verb = operands === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      command = verb ?? command;
      if (verb === undefined) operands += 1;
    }
  }
  return { command, used, operands, pending, flagsEnded };
}

/** A flag of the verb's, or of a verb above it. */
function find(command: Command, flag: string): Option | undefined {
  const own = command.options.find(({ long, short }) => long === flag || short === flag);
  return own ?? (command.parent === null ? undefined : find(command.parent, flag));
}

function flags(command: Command, used: ReadonlyMap<Option, string>): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => option.variadic || !used.has(option))
    .flatMap(({ long, description }) => (long === undefined ? [] : [{ value: long, description }]));
}

function valuesOf(option: Option, typed: string, used: ReadonlyMap<Option, string>, values: Values): Answer {
  const choices = option.argChoices?.map((value) => ({ value, description: "" }));
  if (choices !== undefined) return among(choices, typed);
  switch (option.attributeName()) {
    case "stack": {
      // A directory is one with a slash; another word is a name.
      const named = among(/^[.~]|\//.test(typed) ? [] : values.stacks(), typed);
      return named.candidates.length > 0 ? named : { kind: "directories", candidates: [] };
    }
    case "limit": {
      const stack = [...used].find(([one]) => one.attributeName() === "stack")?.[1];
      return among(further(values.hosts(stack), typed), typed);
    }
  }
  return /<(file|directory|dir)>/.test(option.flags) ? { kind: "files", candidates: [] } : NOTHING;
}

/** In a list with commas, what is not in it yet, each with what stands before it. */
function further(all: readonly Candidate[], typed: string): Candidate[] {
  const before = typed.slice(0, typed.lastIndexOf(",") + 1);
  const there = before.split(",");
  return all
    .filter(({ value }) => !there.includes(value))
    .map(({ value, description }) => ({ value: before + value, description }));
}

function among(candidates: readonly Candidate[], typed: string): Answer {
  return { kind: "words", candidates: candidates.filter(({ value }) => value.startsWith(typed)) };
}
