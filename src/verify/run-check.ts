import type { CheckReport } from "../report/schema.ts";
import type { Check, Context, Finding } from "./context.ts";

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
  for (const warning of new Set(findings.flatMap((found) => found.warning ?? []))) context.warn(warning);
  return findings.map((found) => {
    const { id = check.id, tier = check.tier, title = check.title, fix = check.fix, host, status } = found;
    const { expected, actual } = found;
    return { id, tier, host, title, status, expected, actual, ...(status === "failed" ? { fix } : {}), durationMs };
  });
}
