import { EXIT, type ExitCode } from "../errors.ts";
import { databaseClient } from "../generate/locals.ts";
import { hostsOf } from "../stack/stack.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { loadStack } from "./load-stack.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { approach } from "./preflight.ts";
import { withSessions } from "./release-sessions.ts";

export interface Console {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** `quintet db`: the database's own client, on the database host, in the stack's database; SQL on standard input, too. */
export async function dbCommand(
  options: CommonOptions & PinOptions,
  context: CommandContext,
  console: Console,
): Promise<ExitCode> {
  const stack = await loadStack(options.stack, context);
  const [host] = hostsOf(stack, "database");
  if (host === undefined) throw new Error("the stack has no database host");
  await approach(stack, { ...options, limit: host.name }, context);
  return withSessions(stack, context, async (sessions) => {
    const session = await sessions.to(host.name);
    const argv = [databaseClient(stack), "--database", stack.database.name];
    const exitCode = await session.attach(argv, console, context.signal);
    return (exitCode ?? EXIT.unforeseen) as ExitCode;
  });
}
