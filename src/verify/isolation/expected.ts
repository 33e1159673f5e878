import { isIPv6 } from "node:net";
import { type Flow, flowsTo, PORTS } from "../../stack/flows.ts";
import { addresses } from "../../stack/packet-filter.ts";
import { type Host, hostsOf, type Stack } from "../../stack/stack.ts";
import { VIRTUAL_IP } from "../context.ts";
import { type Probe, SAMPLE_PORTS, THIS_COMPUTER } from "./probe.ts";
import type { Surface, Surfaces } from "./surface.ts";
import { isIn, isStraight, type Way, waysTo } from "./ways.ts";

/**
 * Every port to try, from every host and from this computer. What is neither promised nor forbidden is not tried: a
 * port that the stack lets a source open, at an address where nobody said that the service listens.
 */
export function probesOf(stack: Stack, surfaces: Surfaces): Probe[] {
  return [...stack.hosts.map((host) => host.name), ...outside(stack, surfaces)].flatMap((from) => [
    ...stack.hosts.filter((to) => to.name !== from).flatMap((to) => probesTo(stack, from, to, surfaces)),
    ...probesToVirtualIp(stack, from, surfaces),
  ]);
}

/**
 * Those of the probes that are about these hosts and need a login to no others: what is tried on them, from each other
 * and from this computer, and whether they reach the database.
 */
export function probesAbout(hosts: readonly Host[], stack: Stack, surfaces: Surfaces): Probe[] {
  const all = probesOf(stack, surfaces);
  if (hosts.length === stack.hosts.length) return all;
  const meant = new Set(hosts.map((host) => host.name));
  const databases = new Set(hostsOf(stack, "database").map((host) => host.name));
  const balances = hosts.some((host) => host.tiers.includes("loadbalancer"));
  return all.filter(({ from, to, port }) => {
    if (from !== THIS_COMPUTER && !meant.has(from)) return false;
    if (meant.has(to) || (to === VIRTUAL_IP && balances)) return true;
    return meant.has(from) && databases.has(to) && port === stack.database.port;
  });
}

/** Where this computer is itself one of the hosts, nothing is tried from outside. */
function outside(stack: Stack, surfaces: Surfaces): string[] {
  const own = surfaces.get(THIS_COMPUTER)?.addresses ?? [];
  const named = new Set(addresses(stack.hosts));
  return own.some(({ address }) => named.has(address)) ? [] : [THIS_COMPUTER];
}

function probesTo(stack: Stack, from: string, to: Host, surfaces: Surfaces): Probe[] {
  const flows = flowsTo(stack, to);
  return waysTo(stack, from, to, surfaces).flatMap((way) =>
    portsFor(stack, surfaces.get(to.name)).flatMap((port) => {
      const lets = flows.filter((flow) => flow.port === port).map((flow) => letsIn(flow, from, way));
      const promised = flows.some((flow) => flow.port === port && isPromised(stack, flow, from, way.address, surfaces));
      return probe(from, to.name, way, port, lets, promised);
    }),
  );
}

/** The virtual IP is an address of whichever balancer holds it: what one of them lets in may be open there. */
function probesToVirtualIp(stack: Stack, from: string, surfaces: Surfaces): Probe[] {
  const { address } = stack.virtualIp;
  const own = surfaces.get(from)?.addresses;
  if (own !== undefined && !own.some((one) => !one.linkLocal && isIPv6(one.address) === isIPv6(address))) return [];
  const balancers = hostsOf(stack, "loadbalancer");
  const holds = own?.some((one) => one.address === address) ?? false;
  const listening = balancers.flatMap(({ name }) => surfaces.get(name)?.listening ?? []);
  const host = stack.hosts.find((one) => one.name === from);
  const way: Way = { address, sources: host && addresses([host]).filter((one) => isIPv6(one) === isIPv6(address)) };
  return portsFor(stack, { addresses: [], listening }).flatMap((port) => {
    const flows = balancers.flatMap((to) => flowsTo(stack, to)).filter((flow) => flow.port === port);
    const site = port === PORTS.http || port === PORTS.https;
    // Nothing filters what a machine sends to itself.
    if (holds && !site) return [];
    return probe(
      from,
      VIRTUAL_IP,
      way,
      port,
      flows.map((flow) => letsIn(flow, from, way)),
      site,
    );
  });
}

type Lets = "yes" | "no" | "unknown";

function probe(from: string, to: string, way: Way, port: number, lets: readonly Lets[], promised: boolean): Probe[] {
  const closed = lets.every((one) => one === "no");
  if (!closed && !(lets.includes("yes") && promised)) return [];
  const { address, via } = way;
  const expected = closed ? "closed" : "open";
  return [{ from, to, address, ...(via === undefined ? {} : { via }), port, expected }];
}

/** The ports of the whole stack, the sample, and what really listens there. */
function portsFor(stack: Stack, surface: Surface | undefined): number[] {
  const own = stack.hosts.flatMap((host) => flowsTo(stack, host).map((flow) => flow.port));
  const listening = surface?.listening.map(({ port }) => port) ?? [];
  return [...new Set([...own, ...SAMPLE_PORTS, ...listening])].sort((one, other) => one - other);
}

/** Whether the packet filter is to let a source in. */
function letsIn({ from: allowed, port, to }: Flow, from: string, { address, sources }: Way): Lets {
  if (allowed === "anywhere") return "yes";
  if ("hosts" in allowed) {
    if (!allowed.hosts.some((host) => host.name === from)) return "no";
    // The stack itself needs this one.
    if (address === to.privateAddress) return "yes";
    // Elsewhere, one that is allowed may come from an address that no rule knows.
    const known = addresses(allowed.hosts);
    return count(sources ?? [], (source) => known.includes(source));
  }
  // It is the port that we log in through.
  if (from === THIS_COMPUTER && port === to.ssh.port) return "yes";
  if (allowed.networks.length === 0) return "no";
  return sources === undefined ? "unknown" : count(sources, (source) => isIn(source, allowed.networks));
}

function count(sources: readonly string[], test: (source: string) => boolean): Lets {
  if (sources.every((source) => !test(source))) return "no";
  return sources.every(test) ? "yes" : "unknown";
}

/** Whether the service listens at this address, for this source. */
function isPromised(stack: Stack, { port, to }: Flow, from: string, address: string, surfaces: Surfaces): boolean {
  // That the host is reached at its address behind a bastion, nobody said.
  if (from === THIS_COMPUTER) return address === to.address && isStraight(to) && inFamily(stack, port, address);
  if (address !== to.privateAddress) return false;
  // sshd is the user's own, and may listen on one address alone.
  const surface = surfaces.get(to.name);
  if (port === to.ssh.port) return surface === undefined ? address === to.address : listensAt(surface, address, port);
  return inFamily(stack, port, address);
}

/** HAProxy listens for visitors in the family of the virtual IP; for IPv6, in both. */
function inFamily(stack: Stack, port: number, address: string): boolean {
  if (port !== PORTS.http && port !== PORTS.https) return true;
  return isIPv6(stack.virtualIp.address) || !isIPv6(address);
}

function listensAt(surface: Surface | undefined, address: string, port: number): boolean {
  const every = isIPv6(address) ? ["::"] : ["0.0.0.0", "::"];
  return surface?.listening.some((one) => one.port === port && [...every, address].includes(one.address)) ?? false;
}
