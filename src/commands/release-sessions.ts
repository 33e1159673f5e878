import { makeSessions, type Sessions } from "../remote/sessions.ts";
import { type Host, hostsOf, type Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";

/** Those that a release is about: balancers, web and app hosts. */
export function hostsOfRelease(stack: Stack): readonly Host[] {
  const names = new Set((["loadbalancer", "web", "app"] as const).flatMap((tier) => hostsOf(stack, tier)));
  return stack.hosts.filter((host) => names.has(host));
}

/** Connections for as long as `work` takes; they outlive an interruption by what that takes to put in order. */
export async function withSessions<Result>(
  stack: Stack,
  context: CommandContext,
  work: (sessions: Sessions) => Promise<Result>,
): Promise<Result> {
  const sessions = makeSessions(stack, (of, host, options) =>
    context.login.connect(of, host, { ...options, timeoutMs: 8_000 }),
  );
  try {
    return await work(sessions);
  } finally {
    sessions.close();
  }
}
