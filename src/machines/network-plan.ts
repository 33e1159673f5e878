import { createHash } from "node:crypto";
import { EXIT, QuintetError } from "../errors.ts";
import { type Address, contains, isAddress, type Network, readAddress, subnet } from "../stack/addresses.ts";
import type { Stack } from "../stack/stack.ts";
import { bridgeName, isBridgeOfOurs, tableName } from "./names.ts";

/** The rehearsal's network: one bridge, whose address is the machines' way out. */
export interface NetworkPlan {
  readonly bridge: string;
  /** The bridge's hardware address: without one of its own it changes with its ports, and machines lose their way out. */
  readonly hardwareAddress: string;
  /** In nftables. */
  readonly table: string;
  readonly network: Network;
  /** The bridge's own address. */
  readonly gateway: string;
}

export function networkFault(message: string, next: string, host?: string): QuintetError {
  const where = host === undefined ? {} : { host };
  return new QuintetError({ message, exitCode: EXIT.preflight, ...where, step: "machines", next });
}

function ipv4(text: string, host?: string): Address {
  const address = readAddress(text);
  if (isAddress(address) && address.family === 4) return address;
  throw networkFault(
    `Rehearsal machines have IPv4 addresses; ${text} is none.`,
    "Give the rehearsal's hosts and its virtual IP IPv4 addresses in stack.yml.",
    host,
  );
}

/** All addresses of the stack have to be IPv4 and in the virtual IP's subnet. */
export function planNetwork(stack: Stack): NetworkPlan {
  const virtual = ipv4(stack.virtualIp.address);
  const network = subnet(virtual, stack.virtualIp.prefix);
  const taken = new Set([virtual.value]);
  for (const { name, address, privateAddress } of stack.hosts) {
    for (const text of [address, privateAddress]) {
      const read = ipv4(text, name);
      taken.add(read.value);
      if (contains(network, read)) continue;
      throw networkFault(
        `${text} is outside of ${network.text}: rehearsal machines share the virtual IP's subnet.`,
        `Give ${name} an address in ${network.text}, or change virtual_ip.prefix in stack.yml.`,
        name,
      );
    }
  }
  return {
    bridge: bridgeName(stack.name),
    hardwareAddress: hardwareAddress(bridgeName(stack.name)),
    table: tableName(stack.name),
    network,
    gateway: freeAddress(network, taken),
  };
}

function freeAddress(network: Network, taken: ReadonlySet<bigint>): string {
  for (let value = network.first + 1n; value < network.last; value += 1n) {
    if (!taken.has(value)) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  }
  throw networkFault(`${network.text} has no address left for this computer.`, "Use a smaller virtual_ip.prefix.");
}

/** 02: an address that its owner chose, of no manufacturer. */
function hardwareAddress(bridge: string): string {
  const digest = createHash("sha256").update(bridge).digest("hex");
  return ["02", ...[0, 2, 4, 6, 8].map((at) => digest.slice(at, at + 2))].join(":");
}

/** As `ip -json address` prints them. */
export interface AddressEntry {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local?: string; readonly prefixlen?: number }[];
}

/** As `ip -json route` prints them. */
export interface RouteEntry {
  readonly dst: string;
  readonly dev?: string;
}

/**
 * Who else on this computer uses the subnet: an interface with an address in a network that overlaps it, or a route to
 * exactly it or a part of it. A wider route (a VPN's 10.0.0.0/8) works beside it.
 */
export function findConflict(
  { bridge, network }: Pick<NetworkPlan, "bridge" | "network">,
  addresses: readonly AddressEntry[],
  routes: readonly RouteEntry[],
): string | undefined {
  for (const { ifname, addr_info } of addresses.filter((each) => each.ifname !== bridge)) {
    for (const { local = "", prefixlen = 32 } of addr_info) {
      const other = networkAt(local, prefixlen);
      if (other === undefined || !(includes(other, network) || includes(network, other))) continue;
      return `${isBridgeOfOurs(ifname) ? "another rehearsal's bridge" : "the interface"} ${ifname} (${local}/${prefixlen})`;
    }
  }
  for (const { dst, dev = "" } of routes.filter((each) => each.dev !== bridge)) {
    const [address = "", prefix = "32"] = dst.split("/");
    const other = networkAt(address, Number(prefix));
    if (other === undefined || !includes(network, other)) continue;
    return `the route to ${dst}${dev === "" ? "" : ` through ${dev}`}`;
  }
  return undefined;
}

/** undefined: not an address, such as the word default. */
function networkAt(text: string, prefix: number): Network | undefined {
  const address = readAddress(text);
  return isAddress(address) ? subnet(address, prefix) : undefined;
}

function includes(outer: Network, inner: Network): boolean {
  return contains(outer, { family: inner.family, value: inner.first }) && outer.prefix <= inner.prefix;
}
