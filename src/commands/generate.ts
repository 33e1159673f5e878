import { type Ansible, ensureAnsible } from "../ansible/find.ts";
import { decryptVault, encryptVault } from "../ansible/vault.ts";
import { givenVaultPassword } from "../ansible/vault-password.ts";
import { type Generation, generate } from "../generate/generate.ts";
import type { Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { flagsFor } from "./flags.ts";
import { loadStack } from "./load-stack.ts";
import { withDirectory } from "./locked-directory.ts";
import { step } from "./step.ts";

export interface GenerateOptions extends CommonOptions {
  readonly overwrite?: boolean;
  readonly lockWait?: string;
}

/** `quintet generate`: stack.yml -> the Ansible project in the stack directory. */
export async function generateCommand(options: GenerateOptions, context: CommandContext): Promise<void> {
  const stack = await loadStack(options.stack, context);
  const ansible = await ensureAnsible(context, context.emit);
  const again = commandLine(context, stack, "generate", flagsFor("generate", options));
  const generation = await withDirectory(
    stack,
    { command: "generate", again, lockWait: options.lockWait },
    context,
    () => generateProject(stack, ansible, options, context),
  );
  context.emit({
    type: "result",
    verb: "generate",
    status: "passed",
    text: [`${stack.directory} holds the Ansible project.`, `Run it: ${commandLine(context, stack, "apply")}`],
    data: generation,
  });
}

/** The step that every verb which needs a current project has, under the lock of the stack directory. */
export async function generateProject(
  stack: Stack,
  ansible: Ansible,
  options: { overwrite?: boolean },
  context: CommandContext,
): Promise<Generation> {
  const { run, env } = context;
  const passwordFile = givenVaultPassword(env, context.cwd);
  const generation = await step(context, "generate", "Generate the Ansible project", [], async () => {
    const result = await generate(
      stack,
      { overwrite: options.overwrite ?? false },
      {
        run,
        vault: {
          ...(passwordFile === undefined ? {} : { passwordFile }),
          encrypt: (text, file) => encryptVault({ ansible, run, env, passwordFile: file }, text),
          decrypt: (text, file) => decryptVault({ ansible, run, env, passwordFile: file }, text),
        },
        now: context.now,
        templateRoot: context.packageRoot,
        signal: context.signal,
      },
    );
    return { result, summary: summaryOf(result) };
  });
  if (generation.made.length > 0) context.emit({ type: "info", message: `New: ${generation.made.join(", ")}.` });
  for (const file of generation.kept) {
    context.emit({
      type: "warning",
      message: `${file} was edited by hand, and is left as it is.`,
      next: `To have it generated again: ${commandLine(context, stack, "generate", ["--overwrite"])}`,
    });
  }
  return generation;
}

function summaryOf({ written, removed, unchanged }: Generation): string {
  const parts = [
    [written.length, "written"],
    [removed.length, "removed"],
    [unchanged.length, "unchanged"],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}
