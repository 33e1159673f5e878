import { hostsOf } from "../../stack/stack.ts";
import type { Context } from "../context.ts";
import { holdersNow, waitForHealth } from "../health.ts";
import { leftovers } from "./leftovers.ts";
import type { Situation } from "./targets.ts";

/** How long a stack may take to come to rest after the drill before. */
const SETTLE_LIMIT_MS = 30_000;

/** Who holds the virtual IP in a healthy and redundant stack; throws where it is not one: nothing more is to be broken then. */
export async function ready(context: Context, tell: (text: string) => void): Promise<Situation> {
  const problems = await untilWhole(context, SETTLE_LIMIT_MS, tell);
  const [holder] = problems.length === 0 ? await holdersNow(context) : [];
  if (holder !== undefined) return { stack: context.stack, holder };
  throw new Error(
    `the stack was not healthy before it began: ${problems.join("; ") || "no balancer holds the virtual IP"}`,
  );
}

/** Waits until the stack is healthy and nothing of it is broken that a smoke check would not see; what was left then. */
export async function untilWhole(context: Context, limitMs: number, tell: (text: string) => void): Promise<string[]> {
  const { clock, signal } = context;
  const end = clock.monotonic() + limitMs;
  for (;;) {
    const unhealthy = await waitForHealth(context, Math.max(0, end - clock.monotonic()), tell);
    const problems = unhealthy.length > 0 ? unhealthy : await leftovers(context);
    signal.throwIfAborted();
    if (problems.length === 0 || clock.monotonic() >= end) return problems;
    tell(problems[0] ?? "");
    await clock.sleep(300, signal);
  }
}

export function balancersOf(context: Pick<Context, "stack">): string[] {
  return hostsOf(context.stack, "loadbalancer").map((host) => host.name);
}
