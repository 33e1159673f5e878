import type { Draft } from "./draft.ts";
import { listed, type Path, type Report } from "./faults.ts";
import { PORTS } from "./flows.ts";
import { DEFAULT_PORTS, type Tier } from "./schema.ts";

interface Use {
  readonly port: number;
  /** What listens. */
  readonly what: string;
  /** The setting that chose the port; none: the stack itself did. */
  readonly path?: Path;
  /** Whether the setting is in the file: a clash is blamed on what somebody wrote. */
  readonly written?: boolean;
}

const FIXED: readonly (Use & { tier: Tier })[] = [
  { tier: "loadbalancer", port: PORTS.http, what: "HAProxy (HTTP)" },
  { tier: "loadbalancer", port: PORTS.https, what: "HAProxy (HTTPS)" },
  { tier: "loadbalancer", port: PORTS.peers, what: "HAProxy (peers)" },
  { tier: "loadbalancer", port: PORTS.metrics, what: "HAProxy (metrics)" },
  { tier: "web", port: PORTS.web, what: "Nginx" },
];

/** No two services of one host listen on one port, and none without root's rights on a port that only root may open. */
export function portRules(draft: Draft, fault: Report): void {
  const refused = new Set<string>();
  for (const tier of ["app", "database"] as const) {
    const port = draft[tier]?.port;
    if (port === undefined || port >= 1024) continue;
    refused.add(tier);
    const message = `Port ${port} is below 1024: only root may open it, and the ${tier === "app" ? "application" : "database"} does not run as root.`;
    fault([tier, "port"], message, `Give a port from 1024 to 65535, such as ${DEFAULT_PORTS[tier]}.`);
  }
  const clashes = new Map<string, { blamed: Use; other: Use; hosts: string[] }>();
  for (const [host, settings] of Object.entries(draft.hosts ?? {})) {
    const uses = usesOf(draft, host, settings?.tiers ?? []).filter(({ path }) => !refused.has(String(path?.[0])));
    uses.forEach((later, index) => {
      const earlier = uses.slice(0, index).find(({ port }) => port === later.port);
      if (earlier === undefined) return;
      const [blamed, other] = later.written || !earlier.written ? [later, earlier] : [earlier, later];
      const key = JSON.stringify([blamed.path, other.what]);
      const clash = clashes.get(key) ?? { blamed, other, hosts: [] };
      clashes.set(key, clash);
      clash.hosts.push(host);
    });
  }
  for (const { blamed, other, hosts } of clashes.values()) {
    const message = `Port ${blamed.port} is taken by ${other.what} on ${listed(hosts)}.`;
    fault(blamed.path ?? [], message, "Give a port that nothing else on the host uses.");
  }
}

function usesOf(draft: Draft, host: string, tiers: readonly (Tier | undefined)[]): Use[] {
  const uses: Use[] = FIXED.filter(({ tier }) => tiers.includes(tier));
  const own = draft.hosts?.[host]?.ssh?.port;
  const ssh = own ?? draft.ssh?.port;
  const path = own === undefined ? ["ssh", "port"] : ["hosts", host, "ssh", "port"];
  uses.push({ port: ssh ?? DEFAULT_PORTS.ssh, what: "SSH", path, written: ssh !== undefined });
  for (const tier of ["database", "app"] as const) {
    if (!tiers.includes(tier)) continue;
    const port = draft[tier]?.port;
    const what = tier === "app" ? "the application" : "the database";
    uses.push({ port: port ?? DEFAULT_PORTS[tier], what, path: [tier, "port"], written: port !== undefined });
  }
  return uses;
}
