import { EXIT, type ExitCode, QuintetError } from "../errors.ts";
import { hostsOf } from "../stack/stack.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { loadStack } from "./load-stack.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { approach } from "./preflight.ts";
import { withSessions } from "./release-sessions.ts";

export interface RunOptions extends CommonOptions, PinOptions {
  /** Default: the first app host. */
  readonly host?: string;
}

/** `quintet run -- CMD`: once, in the environment of the running release; ends with the exit code of the command. */
export async function runCommandThere(
  words: readonly string[],
  options: RunOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const stack = await loadStack(options.stack, context);
  const apps = hostsOf(stack, "app");
  const host = options.host === undefined ? apps[0] : apps.find(({ name }) => name === options.host);
  if (host === undefined) {
    throw new QuintetError({
      message: `${options.host} is no app host.`,
      exitCode: EXIT.usage,
      step: "Choose a host",
      next: `Give one of ${apps.map(({ name }) => name).join(", ")}.`,
    });
  }
  await approach(stack, { ...options, limit: host.name }, context);
  const { emit, signal } = context;
  return withSessions(stack, context, async (sessions) => {
    const session = await sessions.to(host.name);
    const argv = ["/usr/local/sbin/stack-release", "app", "run", "current", ...words];
    const stream = session.stream(argv, (text) => emit({ type: "document", text }), { sudo: true });
    const stop = () => void stream.stop();
    signal.addEventListener("abort", stop);
    const { exitCode, stderr } = await stream.ended;
    signal.throwIfAborted();
    if (stderr.trim() !== "") emit({ type: "warning", message: stderr.trim() });
    return (exitCode ?? EXIT.unforeseen) as ExitCode;
  });
}
