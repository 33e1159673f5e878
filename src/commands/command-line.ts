import { quoteArgv } from "../remote/quote.ts";
import type { Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";

/**
 * A command of ours as it can be pasted into a shell, for advice: called as the user calls the program, about the same
 * stack. `verb` may be several words; `flags` come after the stack.
 */
export function commandLine(
  { program }: Pick<CommandContext, "program">,
  stack: Pick<Stack, "directory">,
  verb: string,
  flags: readonly string[] = [],
): string {
  return quoteArgv([program, ...verb.split(" "), "--stack", stack.directory, ...flags]);
}
