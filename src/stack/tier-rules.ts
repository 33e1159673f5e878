import type { Draft } from "./draft.ts";
import { listed, type Path, type Report } from "./faults.ts";
import { TIERS, type Tier } from "./schema.ts";

/**
 * Each tier has as many hosts as it needs; warns where one host is all there is, and where tiers share too much.
 * `complete` is false where hosts were lost before: what is there is then not all there is.
 */
export function tierRules(draft: Draft, complete: boolean, fault: Report, warn: Report): void {
  if (draft.hosts === undefined) return;
  const hosts = Object.entries(draft.hosts);
  for (const [host, settings] of hosts) {
    const tiers = settings?.tiers ?? [];
    const twice = tiers.findIndex((tier, index) => tier !== undefined && tiers.indexOf(tier) !== index);
    if (twice >= 0) fault(["hosts", host, "tiers", twice], `${tiers[twice]} is given twice.`, "Keep one of the two.");
  }
  // Where a tier could not be read, counting would blame its owner twice.
  const known = complete && hosts.every(([, settings]) => settings?.tiers?.every((tier) => tier !== undefined));
  if (hosts.length === 0)
    fault(["hosts"], "There is no host.", "Add hosts, such as web1: { address: 10.0.0.11, tiers: [web] }.");
  else for (const tier of TIERS) checkTier(tier, namesOf(draft, tier), known, fault, warn);
  for (const [host, settings] of hosts) checkIsolation(host, settings?.tiers ?? [], warn);
}

function checkTier(tier: Tier, names: readonly string[], known: boolean, fault: Report, warn: Report): void {
  const tiersOf = (host: string | undefined): Path => ["hosts", host ?? "", "tiers"];
  const most = { loadbalancer: 2, web: Number.POSITIVE_INFINITY, app: Number.POSITIVE_INFINITY, database: 1 }[tier];
  for (const host of names.slice(most)) {
    const message =
      tier === "database" ? "A second database host is not supported yet." : "A third balancer is not supported.";
    fault(tiersOf(host), message, `Take ${tier} away here, or from ${listed(names.slice(0, most), "or")}.`);
  }
  if (!known) return;
  const [first] = names;
  if (names.length === 0) {
    const howMany = tier === "loadbalancer" ? "two hosts" : tier === "database" ? "one host" : "one host or more";
    fault(["hosts"], `No host has the tier ${tier}.`, `Add ${tier} to the tiers of ${howMany}.`);
  } else if (names.length > 1) return;
  else if (tier === "loadbalancer") {
    const message = `${first} is the only balancer: nothing takes over when it fails.`;
    fault(tiersOf(first), message, "Add loadbalancer to the tiers of a second host.");
  } else if (tier === "database") {
    const message = `${first} is the only database host: a single point of failure.`;
    warn(tiersOf(first), message, `Expect the application to fail while ${first} is down.`);
  } else {
    const message = `${first} is the only ${tier} host: the tier has no redundancy.`;
    warn(tiersOf(first), message, `Add ${tier} to the tiers of a second host.`);
  }
}

/** Whoever takes over a host has what its tiers may reach. */
function checkIsolation(host: string, tiers: readonly (Tier | undefined)[], warn: Report): void {
  const exposed = tiers.filter((tier) => tier === "loadbalancer" || tier === "web");
  const inner = tiers.find((tier) => tier === "database") ?? tiers.find((tier) => tier === "app");
  const outer = inner === "database" && tiers.includes("app") ? "app" : exposed[0];
  if (inner === undefined || outer === undefined) return;
  const message = `${host} has the tiers ${outer} and ${inner}: who breaks into the one reaches the database.`;
  warn(["hosts", host, "tiers"], message, `Give ${inner} a host of its own.`);
}

function namesOf(draft: Draft, tier: Tier): string[] {
  return Object.entries(draft.hosts ?? {}).flatMap(([host, settings]) =>
    settings?.tiers?.includes(tier) ? [host] : [],
  );
}
