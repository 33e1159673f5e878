import type { Check, Context, Finding } from "./context.ts";
import type { CheckReport } from "../report/schema.ts";

/** Runs one check; what it throws is its failure. An abort is passed on. */
export async function runCheck(check: Check, context: Context): Promise<CheckReport[]> {
  const begin = context.clock.monotonic();
  const findings = await check.run(context).catch((error: unknown): Finding[] => {
    context.signal.throwIfAborted();
    const actual = error instanceof Error ? error.message : String(error);
    return [{ host: context.stack.name, status: "failed", expected: "the check to run", actual }];
  });
  context.signal.throwIfAborted();
  const durationMs = Math.round(context.clock.monotonic() - begin);
  return findings.map(({ id = check.id, tier = check.tier, title = check.title, host, status, expected, actual }) => ({
    id,
    tier,
    host,
    title,
    status,
    expected,
    actual,
    durationMs,
  }));
}
