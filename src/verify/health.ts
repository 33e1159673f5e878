import { QuintetError } from "../errors.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import type { Context } from "./context.ts";
import type { PoolServer } from "./haproxy.ts";
import { poolServers } from "./haproxy.ts";
import { holds } from "./holders.ts";

/** Names of the balancers that hold the virtual IP now. */
export async function holdersNow({ stack, sessions }: Context): Promise<string[]> {
  const balancers = hostsOf(stack, "loadbalancer").map((host) => host.name);
  const held = await Promise.all(
    balancers.map(async (name) => holds(await sessions.to(name), stack.virtualIp.address)),
  );
  return balancers.filter((_, index) => held[index]);
}

/** What a balancer's pools should hold and do not, in words; empty: every server is up. */
export function poolProblems(stack: Stack, servers: readonly PoolServer[]): string[] {
  return (["web", "app"] as const).flatMap((tier) =>
    hostsOf(stack, tier).flatMap(({ name }) => {
      const found = servers.find((one) => one.backend === tier && one.server === name);
      if (found === undefined) return [`${tier}/${name} is missing`];
      return found.status === "UP" ? [] : [`${tier}/${name} is ${found.status}`];
    }),
  );
}

/** Why the stack is not in full health, in words; empty: every balancer sees every server, and one holds the virtual IP. */
export async function healthProblems(context: Context): Promise<string[]> {
  const said = (error: unknown) => [error instanceof Error ? error.message : String(error)];
  const balancers = hostsOf(context, "loadbalancer");
  // Whoever is not about a balancer has none to ask.
  if (balancers.length === 0) return [];
  const holder = holdersNow(context).then(
    (names) => (names.length === 1 ? [] : [`the virtual IP is held by ${names.join(" and ") || "no balancer"}`]),
    said,
  );
  const pools = balancers.map(async ({ name }) => {
    try {
      const problems = poolProblems(context.stack, await poolServers(await context.sessions.to(name)));
      return problems.map((problem) => `on ${name}, ${problem}`);
    } catch (error) {
      // A connection that was lost or refused is worth another try next time.
      if (error instanceof QuintetError) context.sessions.forget(name);
      return said(error);
    }
  });
  return [...new Set((await Promise.all([holder, ...pools])).flat())];
}

/** Asks until the stack is in full health or the time is over; the problems that were left then. */
export async function waitForHealth(
  context: Context,
  limitMs: number,
  tell: (text: string) => void,
): Promise<string[]> {
  const { clock, signal } = context;
  const end = clock.monotonic() + limitMs;
  for (;;) {
    const problems = await healthProblems(context);
    signal.throwIfAborted();
    if (problems.length === 0 || clock.monotonic() >= end) return problems;
    tell(problems[0] ?? "");
    await clock.sleep(500, signal);
  }
}
