import { whyNoHost } from "./address-kinds.ts";
import { hostAddresses } from "./address-rules.ts";
import {
  type Address,
  BITS,
  bothSpellings,
  contains,
  isAddress,
  type Network,
  type Refusal,
  readAddress,
  subnet,
} from "./addresses.ts";
import type { Draft } from "./draft.ts";
import type { Report } from "./faults.ts";
import { MACHINE_DEFAULTS } from "./machine-defaults.ts";

/** What virtual_ip.prefix is where it is not given. */
export const DEFAULT_PREFIX = { 4: MACHINE_DEFAULTS.prefix, 6: 64 } as const;

/** The virtual IP is an unused address of the subnet that the balancers are in. */
export function virtualIpRules(draft: Draft, fault: Report): void {
  const address = draft.virtual_ip?.address === undefined ? undefined : readAddress(draft.virtual_ip.address);
  // What is malformed, or no machine's, is address-rules.ts's to tell.
  if (address === undefined || !isAddress(address) || whyNoHost(address) !== undefined) return;
  const { family, text } = address;
  const prefix = draft.virtual_ip?.prefix ?? DEFAULT_PREFIX[family];
  if (prefix > BITS[family]) {
    const expected = `Give a prefix length from 1 to ${BITS[family]}; the default is ${DEFAULT_PREFIX[family]}.`;
    fault(["virtual_ip", "prefix"], `/${prefix} is longer than the IPv${family} address ${text}.`, expected);
    return;
  }
  const wrong = used(draft, address) ?? outside(draft, address, prefix) ?? reserved(address, subnet(address, prefix));
  if (wrong !== undefined) fault(["virtual_ip", "address"], ...wrong);
}

function used(draft: Draft, virtual: Address): Refusal | undefined {
  const owner = hostAddresses(draft).find(({ address }) => address.text === virtual.text);
  return owner && [`${bothSpellings(virtual)} is an address of ${owner.host}.`, "Give an address that no machine has."];
}

function outside(draft: Draft, virtual: Address, prefix: number): Refusal | undefined {
  const { family, text } = virtual;
  const network = subnet(virtual, prefix);
  for (const { host, address } of balancersOf(draft)) {
    if (address.family !== family) {
      const message = `${text} is an IPv${family} address, but the balancer ${host} has the IPv${address.family} address ${address.text}.`;
      return [message, `Give an unused IPv${address.family} address of the balancers' subnet.`];
    }
    if (contains(network, address)) continue;
    const theirs = subnet(address, prefix).text;
    return [
      `${text} is outside ${theirs}, the subnet of the balancer ${host} (${address.text}).`,
      `Give an unused address of ${theirs}, or set virtual_ip.prefix (now ${prefix}) to the length of their subnet.`,
    ];
  }
  return undefined;
}

function reserved({ family, text, value }: Address, network: Network): Refusal | undefined {
  const lowest = family === 4 ? "network" : "subnet-router anycast";
  const kind = value === network.first ? lowest : family === 4 && value === network.last ? "broadcast" : undefined;
  const expected = "Give another address of it, or set virtual_ip.prefix to the length of the balancers' subnet.";
  return kind && [`${text} is the ${kind} address of ${network.text}.`, expected];
}

function balancersOf(draft: Draft): { host: string; address: Address }[] {
  return hostAddresses(draft).filter(
    ({ host, path, address }) =>
      path.at(-1) === "address" &&
      whyNoHost(address) === undefined &&
      draft.hosts?.[host]?.tiers?.includes("loadbalancer"),
  );
}
