import type { Host } from "../../stack/stack.ts";
import type { Check } from "../context.ts";
import { httpRedirects } from "./http-redirects.ts";
import { databaseIsolation, flowIsolation } from "./isolation.ts";
import { oneHolder } from "./one-holder.ts";
import { poolsAreUp } from "./pools-are-up.ts";
import { dynamicFromEachApp, staticFromEachWeb } from "./served-by-each.ts";
import { tls } from "./tls.ts";
import { virtualIpAnswers } from "./virtual-ip-answers.ts";
import { writeIsShared } from "./write-is-shared.ts";

/** Every smoke check, in the order of the report. */
export const CHECKS: readonly Check[] = [
  virtualIpAnswers,
  httpRedirects,
  tls,
  oneHolder,
  poolsAreUp,
  staticFromEachWeb,
  dynamicFromEachApp,
  writeIsShared,
  databaseIsolation,
  flowIsolation,
];

/** The checks that have something to say of these hosts; those of the virtual IP where a balancer is among them. */
export function checksFor(hosts: readonly Host[]): readonly Check[] {
  const tiers = new Set(hosts.flatMap((host) => host.tiers));
  return CHECKS.filter((check) => check.ofEveryTier || tiers.has(check.tier));
}
