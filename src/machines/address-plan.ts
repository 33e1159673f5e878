import { EXIT, QuintetError } from "../errors.ts";
import { type Address, contains, isAddress, type Network, readAddress, subnet } from "../stack/addresses.ts";
import type { Stack } from "../stack/stack.ts";

export interface AddressPlan {
  readonly network: Network;
  /** This computer's own address there. */
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
export function planAddresses(stack: Stack): AddressPlan {
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
  return { network, gateway: freeAddress(network, taken) };
}

function freeAddress(network: Network, taken: ReadonlySet<bigint>): string {
  for (let value = network.first + 1n; value < network.last; value += 1n) {
    if (!taken.has(value)) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  }
  throw networkFault(`${network.text} has no address left for this computer.`, "Use a smaller virtual_ip.prefix.");
}
