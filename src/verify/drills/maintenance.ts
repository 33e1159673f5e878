import type { RequestKind } from "../../report/schema.ts";
import type { Drill } from "./drill.ts";
import type { Evidence } from "./evidence.ts";

/** What was on its way when the servers went may end otherwise. */
const ON_ITS_WAY_MS = 1_000;

/** The page that visitors get while a whole tier is gone: ours, with the status that tells programs to come back. */
export function maintenancePage(tier: "web" | "app"): NonNullable<Drill["look"]> {
  return async ({ stack, page }) => {
    const path = (tier === "web" ? stack.checks.static : undefined) ?? stack.checks.dynamic;
    const { status, headers, body } = await page(path);
    const wrong = [
      ...(status === 503 ? [] : [`its status is ${status}, not 503`]),
      ...(/^text\/html\b/.test(headers["content-type"] ?? "") ? [] : ["it is not HTML"]),
      ...(headers["retry-after"] === undefined ? ["it does not say when to try again (Retry-After)"] : []),
      ...(body.includes(stack.site.domain) ? [] : [`it does not name ${stack.site.domain}`]),
    ];
    return wrong.length === 0 ? [] : [`${path} is not answered with the maintenance page: ${wrong.join(", ")}`];
  };
}

/** Whoever asks for what nobody is left to answer gets a 503 at once: no hanging, no reset, no half answer. */
export function onlyMaintenance(kinds: readonly RequestKind[]): (evidence: Evidence) => string[] {
  return ({ records, injectedAt, repairedAt = Number.POSITIVE_INFINITY }) => {
    const asked = records.filter(
      ({ kind, dueAt, endedAt }) =>
        kinds.includes(kind) && dueAt >= injectedAt + ON_ITS_WAY_MS && endedAt <= repairedAt,
    );
    const others = asked.filter(({ status }) => status !== 503);
    if (asked.length === 0) return ["nothing was asked of the servers that were gone"];
    const [one] = others;
    if (one === undefined) return [];
    const got = one.error ?? one.status;
    return [
      `${others.length} of ${asked.length} requests that nobody could answer got something else than 503: ${got}`,
    ];
  };
}
