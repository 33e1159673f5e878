import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import { formatFaults, placesOf } from "../stack/faults.ts";
import { parseStack } from "../stack/parse.ts";
import type { Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";

/**
 * Reads the stack that --stack names: a name is a directory of inventories/, anything with a slash is a directory.
 * Without --stack: the directory the user stands in if it holds a stack.yml, else the only one in inventories/.
 * What stack.yml leaves open about logging in is filled in from ~/.ssh/config.
 * Throws a QuintetError (exit code 2) that lists every fault of the file.
 */
export async function loadStack(name: string | undefined, context: CommandContext): Promise<Stack> {
  const directory = await findStack(name, context);
  refuseUnspeakable(directory);
  const file = path.join(directory, "stack.yml");
  const text = await readStack(file, context);
  const parsed = parseStack(text, {
    file: path.relative(context.cwd, file) || file,
    directory,
    home: context.home,
    defaultUser: context.userName,
  });
  for (const warning of parsed.warnings) {
    const [message = ""] = formatFaults([warning]);
    context.emit({ type: "warning", message, places: placesOf([warning]) });
  }
  if ("stack" in parsed) return context.login.resolve(parsed.stack, { signal: context.signal });
  const count = parsed.faults.length;
  throw new QuintetError({
    message: `${count === 1 ? "One thing" : `${count} things`} in ${path.relative(context.cwd, file) || file} cannot be right.`,
    exitCode: EXIT.usage,
    step: "Read the stack",
    detail: formatFaults(parsed.faults).join("\n"),
    places: placesOf(parsed.faults),
    next: "Correct the file, then run the same command again.",
  });
}

/** OpenSSH puts variables into paths that are options, Ansible into those of its configuration; neither has an escape. */
function refuseUnspeakable(directory: string): void {
  if (!/[$\p{Cc}]/u.test(directory)) return;
  throw new QuintetError({
    message: `The stack directory has a $ or a control character in its path: ${JSON.stringify(directory)}.`,
    exitCode: EXIT.usage,
    step: "Find the stack",
    detail: "Ansible and OpenSSH would look for another directory.",
    next: "Move the stack to a directory without those, then run the same command again.",
  });
}

/** The directory that --stack names: a name is one of inventories/, anything with a slash is a directory. */
export function stackDirectory(name: string, { cwd }: Pick<CommandContext, "cwd">): string {
  const isDirectory = name.includes("/") || name === "." || name === "..";
  return isDirectory ? path.resolve(cwd, name) : path.join(cwd, "inventories", name);
}

export async function findStack(name: string | undefined, context: CommandContext): Promise<string> {
  if (name !== undefined) return stackDirectory(name, context);
  if (await holdsStack(context.cwd)) return context.cwd;
  const all = await stacksIn(path.join(context.cwd, "inventories"));
  if (all.length === 1 && all[0] !== undefined) return path.join(context.cwd, "inventories", all[0]);
  throw new QuintetError({
    message: all.length === 0 ? "There is no stack here." : `There is more than one stack here: ${all.join(", ")}.`,
    exitCode: EXIT.usage,
    step: "Find the stack",
    next:
      all.length === 0
        ? `Describe one with ${context.program} init, or name one with --stack NAME (inventories/NAME/stack.yml) or --stack DIRECTORY.`
        : `Name one, for example --stack ${all[0]}.`,
  });
}

async function holdsStack(directory: string): Promise<boolean> {
  return (await readdir(directory).catch((): string[] => [])).includes("stack.yml");
}

async function stacksIn(inventories: string): Promise<string[]> {
  const names = (await readdir(inventories).catch((): string[] => [])).sort();
  const held = await Promise.all(names.map((name) => holdsStack(path.join(inventories, name))));
  return names.filter((_, index) => held[index]);
}

async function readStack(file: string, context: CommandContext): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const known = await stacksIn(path.join(context.cwd, "inventories"));
    throw new QuintetError(
      {
        message: `${path.relative(context.cwd, file) || file} cannot be read.`,
        exitCode: EXIT.usage,
        step: "Read the stack",
        detail: cause instanceof Error ? cause.message : String(cause),
        next:
          known.length === 0
            ? `Describe it with ${context.program} init, or write it after ${path.join(context.packageRoot, "inventories/rehearsal/stack.yml")}.`
            : `The stacks here are: ${known.join(", ")}.`,
      },
      { cause },
    );
  }
}
