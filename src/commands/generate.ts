import { type Ansible, ensureAnsible } from "../ansible/find.ts";
import { type Generation, generate } from "../generate/generate.ts";
import type { Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { flagsFor } from "./flags.ts";
import { loadStack } from "./load-stack.ts";
import { withDirectory } from "./locked-directory.ts";
import type { Running } from "./running-release.ts";
import { step } from "./step.ts";
import { vaultOf } from "./vault.ts";

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
  options: { overwrite?: boolean } & Partial<Running>,
  context: CommandContext,
): Promise<Generation> {
  const { run } = context;
  const generation = await step(context, "generate", "Generate the Ansible project", [], async () => {
    const result = await generate(
      stack,
      { overwrite: options.overwrite ?? false },
      {
        run,
        vault: vaultOf(ansible, context),
        now: context.now,
        ...(options.architectures?.length && { architectures: options.architectures }),
        running: options.running,
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
