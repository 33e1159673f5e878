import { runCommand } from "../../src/command.ts";
import { QuintetError } from "../../src/errors.ts";
import { generate } from "../../src/generate/generate.ts";
import { CHECKOUT, goldenStack, PLAIN_VAULT } from "./golden.ts";

/**
 * This file is a program too, for what only a process of its own can have, such as a read-only file system:
 * generates the stack `five` of the application argv[2] into argv[3], and prints the fault that it meets as JSON.
 */
export const GENERATE_ONCE = import.meta.filename;

if (import.meta.main) await generateOnce(process.argv[2] ?? "", process.argv[3] ?? "");

async function generateOnce(source: string, directory: string): Promise<void> {
  const stack = await goldenStack("five", directory);
  const world = {
    run: runCommand,
    vault: PLAIN_VAULT,
    now: () => new Date(),
    templateRoot: CHECKOUT,
    signal: new AbortController().signal,
  };
  try {
    await generate({ ...stack, app: { ...stack.app, source } }, { overwrite: false }, world);
  } catch (error) {
    if (!(error instanceof QuintetError)) throw error;
    process.stdout.write(JSON.stringify(error.fields));
  }
}
