import { existsSync } from "node:fs";
import path from "node:path";
import { type Answers, answerTo } from "../answers/answers.ts";
import type { CommandContext } from "./context.ts";
import type { Guide, InitOptions } from "./init.ts";
import { stackDirectory } from "./load-stack.ts";

/** The wizard, where there is a keyboard to answer it. `then` says what follows the writing, as in install. */
export function guideHere(then?: string): Guide | undefined {
  if (!process.stdin.isTTY) return undefined;
  return async (given, options, context) => {
    const { runWizard } = await import("../wizard/wizard.ts");
    const directoryOf = (name: string) => stackDirectory(options.stack ?? name, context);
    return runWizard({
      ...context,
      answers: given,
      directoryOf,
      finish: (answers) => `Write ${fileOf(answers, options, context)}${then === undefined ? "" : `, ${then}`}`,
      refuseName: (name) => {
        const file = path.join(directoryOf(name), "stack.yml");
        if (options.overwrite || !existsSync(file)) return undefined;
        return `${path.relative(context.cwd, file)} is there already. Give another name, or start with --overwrite.`;
      },
    });
  };
}

function fileOf(answers: Answers, { stack }: InitOptions, context: CommandContext): string {
  const directory = stackDirectory(stack ?? answerTo("name", answers)?.trim() ?? "", context);
  return path.relative(context.cwd, path.join(directory, "stack.yml"));
}
