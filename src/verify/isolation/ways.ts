import { BlockList, isIPv6 } from "node:net";
import { bastionOf } from "../../remote/bastion.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import { THIS_COMPUTER } from "./probe.ts";
import type { InterfaceAddress, Surface, Surfaces } from "./surface.ts";

/** An address of a target, as one source can get there. */
export interface Way {
  readonly address: string;
  readonly via?: string;
  /** The addresses that the source may come from there; undefined: nobody knows. */
  readonly sources: readonly string[] | undefined;
}

/**
 * Every address of a host that a source can get to: those of stack.yml, and those that the machine has besides, which
 * must not be a side door. Among these are link-local ones where both are on one link: a machine that is taken over
 * has them too. Left out are private addresses of networks that the source is not in, such as a bridge for containers:
 * many machines have the same, and the source would find its own, or a stranger's.
 */
export function waysTo(stack: Stack, source: string, target: Host, surfaces: Surfaces): Way[] {
  const from = surfaces.get(source);
  const named = namedFor(source, target);
  const all = [...named, ...(from === undefined ? [] : besides(stack, from, target, named, surfaces))];
  return all.flatMap((way) => {
    const sources = sourcesOf(stack, source, way, surfaces);
    // Without an address of the family there is no way.
    return sources?.length === 0 ? [] : [{ ...way, sources }];
  });
}

/** Whether this computer connects to the host itself, as stack.yml has its address: no bastion is between them. */
export function isStraight(host: Host): boolean {
  const { route } = host.ssh;
  if (bastionOf(host) !== undefined || route?.proxyJump !== undefined || route?.proxyCommand !== undefined)
    return false;
  return route === undefined || route.hostname === host.address;
}

function namedFor(source: string, target: Host): { address: string; via?: string }[] {
  if (source !== THIS_COMPUTER) return unique([target.privateAddress, target.address]).map((address) => ({ address }));
  // Behind a bastion, a private address is of a network that this computer is not in.
  return isStraight(target) || isPublic(target.address) ? [{ address: target.address }] : [];
}

function besides(stack: Stack, from: Surface, target: Host, named: readonly { address: string }[], surfaces: Surfaces) {
  const own = surfaces.get(target.name)?.addresses ?? [];
  const known = new Set([
    ...stack.hosts.flatMap((host) => [host.address, host.privateAddress]),
    stack.virtualIp.address,
  ]);
  // The interfaces of both on one link: a named address of the target is in a subnet of the source's.
  const links = named.flatMap(({ address }) => {
    const there = own.find((one) => one.address === address)?.interface;
    const here = from.addresses.find((one) => isIn(address, [`${one.address}/${one.prefix}`]))?.interface;
    return there === undefined || here === undefined ? [] : [{ here, there }];
  });
  return own.flatMap(({ address, linkLocal, interface: name }) => {
    if (known.has(address) || from.addresses.some((one) => one.address === address)) return [];
    const link = links.find(({ there }) => there === name);
    if (linkLocal) return link === undefined ? [] : [{ address, via: link.here }];
    return link !== undefined || isPublic(address) ? [{ address }] : [];
  });
}

/** What a source's packets to an address say that they come from; undefined: nobody knows, empty: it has no way. */
export function sourcesOf(
  stack: Stack,
  source: string,
  { address, via }: Pick<Way, "address" | "via">,
  surfaces: Surfaces,
): readonly string[] | undefined {
  const from = surfaces.get(source);
  const host = stack.hosts.find((one) => one.name === source);
  if (from === undefined) return host === undefined ? undefined : [host.privateAddress];
  const family = from.addresses.filter(
    (one) => isIPv6(one.address) === isIPv6(address) && one.address !== stack.virtualIp.address,
  );
  const texts = (list: readonly InterfaceAddress[]) => list.map((one) => one.address);
  if (via !== undefined) return texts(family.filter((one) => one.linkLocal && one.interface === via));
  const global = family.filter((one) => !one.linkLocal);
  if (global.length === 0) return [];
  const near = global.filter((one) => isIn(address, [`${one.address}/${one.prefix}`]));
  if (near.length > 0) return texts(near);
  // On its way, an address of this computer may be replaced by that of its router, a host's by its public one.
  if (host === undefined) return undefined;
  const named = [host.address, host.privateAddress].filter((one) => isIPv6(one) === isIPv6(address));
  return unique([...named, ...texts(global)]);
}

/** Whether an address is in one of the networks. */
export function isIn(address: string, networks: readonly string[]): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base = "", prefix] = network.split("/");
    list.addSubnet(base, Number(prefix ?? (isIPv6(base) ? 128 : 32)), familyOf(base));
  }
  return list.check(address, familyOf(address));
}

/** Networks whose addresses mean another machine elsewhere. */
const PRIVATE = [
  ...["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
  ...["198.18.0.0/15", "fc00::/7", "fe80::/10", "::1/128"],
];

function isPublic(address: string): boolean {
  return !isIn(address, PRIVATE);
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

function unique<T>(list: readonly T[]): T[] {
  return [...new Set(list)];
}
