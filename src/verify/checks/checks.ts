import { EXIT, QuintetError } from "../../errors.ts";
import { nearest } from "../../stack/nearest.ts";
import { TIERS } from "../../stack/schema.ts";
import type { Host } from "../../stack/stack.ts";
import type { Check } from "../context.ts";
import { backupAge } from "./backup-age.ts";
import { cacheHeaders } from "./cache-headers.ts";
import { clientAddress } from "./client-address.ts";
import { clocks } from "./clocks.ts";
import { compression } from "./compression.ts";
import { databaseDemandsTls, databaseTls } from "./database-tls.ts";
import { diskSpace } from "./disk-space.ts";
import { configurationLoaded, failedUnits, services } from "./host-services.ts";
import { httpRedirects } from "./http-redirects.ts";
import { http2 } from "./http2.ts";
import { databaseIsolation, flowIsolation } from "./isolation.ts";
import { balancerLogs, webLogs } from "./logs.ts";
import { oneHolder } from "./one-holder.ts";
import { poolsAreUp } from "./pools-are-up.ts";
import { sameAnswers } from "./same-answers.ts";
import { securityHeaders } from "./security-headers.ts";
import { dynamicFromEachApp, staticFromEachWeb } from "./served-by-each.ts";
import { stickTables } from "./stick-tables.ts";
import { tls } from "./tls.ts";
import { virtualIpAnswers } from "./virtual-ip-answers.ts";
import { writeIsShared } from "./write-is-shared.ts";

/** Every smoke check, in the order of the report: what visitors notice, then each tier, then the hosts. */
export const CHECKS: readonly Check[] = [
  virtualIpAnswers,
  httpRedirects,
  tls,
  http2,
  securityHeaders,
  oneHolder,
  sameAnswers,
  stickTables,
  poolsAreUp,
  balancerLogs,
  staticFromEachWeb,
  compression,
  cacheHeaders,
  webLogs,
  dynamicFromEachApp,
  clientAddress,
  writeIsShared,
  databaseTls,
  databaseDemandsTls,
  backupAge,
  databaseIsolation,
  flowIsolation,
  services,
  failedUnits,
  configurationLoaded,
  diskSpace,
  clocks,
];

/**
 * The checks that have something to say of these hosts; those of the virtual IP where a balancer is among them.
 * `named`: only these, and one of them that has nothing to say throws a QuintetError (exit code 2).
 */
export function checksFor(hosts: readonly Host[], named?: readonly Check[]): readonly Check[] {
  const tiers = new Set(hosts.flatMap((host) => host.tiers));
  const tiersOf = ({ tier, alsoOf = [], ofEveryTier }: Check) => (ofEveryTier ? TIERS : [tier, ...alsoOf]);
  const isAbout = (check: Check) => tiersOf(check).some((tier) => tiers.has(tier));
  const idle = named?.find((check) => !isAbout(check));
  if (idle !== undefined) {
    throw new QuintetError({
      message: `The check ${idle.id} has nothing to say of ${hosts.map(({ name }) => name).join(", ")}.`,
      exitCode: EXIT.usage,
      step: "Read --check",
      next: `Leave --limit out, or name hosts of the tier ${tiersOf(idle).join(" or ")}.`,
    });
  }
  return (named ?? CHECKS).filter(isAbout);
}

/**
 * The checks with these ids, in the order of the report; the id of a finding stands for the check that it is of.
 * Ids that no check has throw a QuintetError (exit code 2) with the nearest of each and the list.
 */
export function checksNamed(ids: readonly string[]): readonly Check[] {
  const known = CHECKS.flatMap(({ id, parts = [] }) => [id, ...parts]);
  const unknown = [...new Set(ids.filter((id) => !known.includes(id)))];
  if (unknown.length === 0) {
    return CHECKS.filter(({ id, parts = [] }) => [id, ...parts].some((one) => ids.includes(one)));
  }
  const lines = unknown.map((id) => {
    const near = nearest(id, known);
    return `${id}${near === undefined ? "" : `: did you mean ${near}?`}`;
  });
  throw new QuintetError({
    message:
      unknown.length === 1 ? `There is no check ${unknown[0]}.` : `There are no such checks: ${unknown.join(", ")}.`,
    exitCode: EXIT.usage,
    step: "Read --check",
    detail: lines.join("\n"),
    next: `Name one or more of: ${CHECKS.map(({ id }) => id).join(", ")}.`,
  });
}
