import { networkInterfaces } from "node:os";
import { contains, isAddress, type Network, readAddress, subnet } from "../stack/addresses.ts";
import { networkFault } from "./address-plan.ts";
import { isBridgeOfOurs } from "./nspawn/names.ts";
import type { MachinesWorld } from "./world.ts";

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

interface Usage {
  readonly network: Network;
  /** Whether a network interface is this rehearsal's own. */
  readonly isOurs: (name: string) => boolean;
}

/**
 * Who else on this computer uses the subnet: an interface with an address in a network that overlaps it, or a route to
 * exactly it or a part of it. A wider route (a VPN's 10.0.0.0/8) works beside it.
 */
export function findConflict(
  { network, isOurs }: Usage,
  addresses: readonly AddressEntry[],
  routes: readonly RouteEntry[],
): string | undefined {
  for (const { ifname, addr_info } of addresses.filter((each) => !isOurs(each.ifname))) {
    for (const { local = "", prefixlen = 32 } of addr_info) {
      const other = networkAt(local, prefixlen);
      if (other === undefined || !(includes(other, network) || includes(network, other))) continue;
      return `${isBridgeOfOurs(ifname) ? "another rehearsal's bridge" : "the interface"} ${ifname} (${local}/${prefixlen})`;
    }
  }
  for (const { dst, dev = "" } of routes.filter(({ dev }) => dev === undefined || !isOurs(dev))) {
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

/** What `ip -json address` would say, as far as this program's own platform knows. */
function addressEntries(interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces()): AddressEntry[] {
  return Object.entries(interfaces).map(([ifname, entries = []]) => ({
    ifname,
    addr_info: entries.flatMap(({ cidr, family }) => {
      const [local = "", prefix] = cidr?.split("/") ?? [];
      return family === "IPv4" ? [{ local, prefixlen: Number(prefix) }] : [];
    }),
  }));
}

/** Throws where something else on this computer uses the rehearsal's subnet. */
export async function refuseConflict({ run }: Pick<MachinesWorld, "run">, usage: Usage): Promise<void> {
  const ask = async <Entry>(what: string): Promise<readonly Entry[] | undefined> => {
    const { exitCode, stdout } = await run(["ip", "-json", "-4", what]);
    return exitCode === 0 ? JSON.parse(stdout || "[]") : undefined;
  };
  // Only Linux has ip, which also sees what is down or without a cable.
  const addresses = (await ask<AddressEntry>("address")) ?? addressEntries();
  const conflict = findConflict(usage, addresses, (await ask<RouteEntry>("route")) ?? []);
  if (conflict === undefined) return;
  throw networkFault(
    `The rehearsal's subnet ${usage.network.text} is already used on this computer by ${conflict}.`,
    "Use other addresses in stack.yml, or free that subnet.",
  );
}
