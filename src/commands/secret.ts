import { text } from "node:stream/consumers";
import { ensureAnsible } from "../ansible/find.ts";
import { EXIT, QuintetError } from "../errors.ts";
import { setAppSecret } from "../generate/app-secrets.ts";
import { commandLine } from "./command-line.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { generateProject } from "./generate.ts";
import { loadStack } from "./load-stack.ts";
import { withDirectory } from "./locked-directory.ts";
import { vaultOf } from "./vault.ts";

/** `quintet secret NAME`: puts the value of one of app.secrets into secrets.yml; never as an argument. */
export async function secretCommand(
  name: string,
  options: CommonOptions,
  context: CommandContext,
  stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean },
): Promise<void> {
  const stack = await loadStack(options.stack, context);
  if (!stack.app.secrets.includes(name)) {
    throw new QuintetError({
      message: `${name} is not one of app.secrets in stack.yml.`,
      exitCode: EXIT.usage,
      step: "Set a secret",
      next: `Add it there first: secrets: [${[...stack.app.secrets, name].join(", ")}]`,
    });
  }
  const value = await read(name, context, stdin);
  const ansible = await ensureAnsible(context, context.emit);
  const again = commandLine(context, stack, `secret ${name}`);
  await withDirectory(stack, { command: "secret", again }, context, async () => {
    // Of a stack that has none yet, the passwords come first.
    await generateProject({ ...stack, app: { ...stack.app, secrets: [] } }, ansible, {}, context);
    await setAppSecret(stack, vaultOf(ansible, context), name, value);
  });
  const next = `It reaches the hosts with the next release: ${commandLine(context, stack, "release")}`;
  context.emit({ type: "result", verb: "secret", status: "passed", text: [`${name} is set.`, next] });
}

async function read(
  name: string,
  { ask }: CommandContext,
  stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean },
): Promise<string> {
  const given = stdin.isTTY ? await ask?.secret(`Value of ${name}`) : (await text(stdin)).replace(/\r?\n$/, "");
  const value = given ?? "";
  if (value !== "" && !/[\0\n\r]/.test(value)) return value;
  throw new QuintetError({
    message: value === "" ? `There is no value of ${name}.` : `The value of ${name} has more than one line.`,
    exitCode: EXIT.usage,
    step: "Set a secret",
    next: "Type it when asked, or give it on standard input; encode what has several lines, for example with base64.",
  });
}
