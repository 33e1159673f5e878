import { contains, isAddress, readAddress, subnet } from "../stack/addresses.ts";
import type { Host, Stack } from "../stack/stack.ts";
import type { CheckedFacts, Interface } from "./facts.ts";
import { type Finding, fault, ssh, warning } from "./finding.ts";

/** The addresses and the interface that stack.yml speaks of are really there. Pure. */
export function judgeAddresses(stack: Stack, host: Host, { interfaces }: CheckedFacts): Finding[] {
  if (interfaces.length === 0) return []; // it has none, or could not say; we have reached it, so the latter
  const findings: Finding[] = [];
  const own = interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address));
  const has = `It has ${own.join(", ")}.`;
  if (host.privateAddress !== host.address && !own.includes(host.privateAddress)) {
    findings.push(
      fault(
        host,
        `${host.name} does not have the address ${host.privateAddress}.`,
        `Correct private_address of ${host.name} in stack.yml, or give it that address.`,
        has,
      ),
    );
  } else if (!own.includes(host.privateAddress)) {
    // Its services listen on it.
    findings.push(
      fault(
        host,
        `${host.name} does not itself have the address ${host.address}: something translates it.`,
        host.tiers.includes("loadbalancer")
          ? `Give ${host.name} the address that it has as its address in stack.yml: keepalived sends from it.`
          : `Give ${host.name} the address that it has as private_address in stack.yml: its services listen there.`,
        has,
      ),
    );
  }
  return host.tiers.includes("loadbalancer") ? [...findings, ...judgeBalancer(stack, host, interfaces)] : findings;
}

/** The interface of a balancer that VRRP goes through. */
export function vrrpInterface(stack: Stack, host: Host, { interfaces }: CheckedFacts): Interface | undefined {
  const { interface: named } = stack.virtualIp;
  return interfaces.find(({ name, addresses }) =>
    named === undefined ? addresses.some(({ address }) => address === host.address) : name === named,
  );
}

function judgeBalancer(stack: Stack, host: Host, interfaces: readonly Interface[]): Finding[] {
  const { virtualIp } = stack;
  const { interface: named } = virtualIp;
  const carrier = interfaces.find(({ addresses }) => addresses.some(({ address }) => address === host.address));
  if (named !== undefined && !interfaces.some(({ name }) => name === named)) {
    const names = interfaces.map(({ name }) => name).join(", ");
    const mend = carrier === undefined ? `one of these: ${names}` : `${carrier.name}, or leave it out`;
    return [
      fault(host, `${host.name} has no interface ${named}.`, `Set virtual_ip.interface in stack.yml to ${mend}.`),
    ];
  }
  if (carrier === undefined) {
    if (host.privateAddress === host.address) return []; // said above
    return [
      fault(
        host,
        `${host.name} does not itself have the address ${host.address}, and keepalived has to send from it.`,
        `Give ${host.name} an address in stack.yml that it has itself.`,
      ),
    ];
  }
  if (named !== undefined && carrier.name !== named) {
    return [
      fault(
        host,
        `virtual_ip.interface is ${named}, but ${host.name} has its address ${host.address} on ${carrier.name}.`,
        `Set virtual_ip.interface in stack.yml to ${carrier.name}, or leave it out.`,
      ),
    ];
  }
  const virtual = readAddress(virtualIp.address);
  const networks = carrier.addresses.flatMap(({ address, prefix }) => {
    const read = readAddress(address);
    return isAddress(read) && read.text !== virtualIp.address ? [subnet(read, prefix)] : [];
  });
  if (!isAddress(virtual) || networks.some((network) => contains(network, virtual))) return [];
  return [
    warning(
      host,
      `The virtual IP ${virtualIp.address} is in none of the networks of ${carrier.name} on ${host.name} (${networks.map(({ text }) => text).join(", ")}).`,
      `Clients find it only if a router sends it there; else choose an address of theirs. See: ${ssh(host)} ip route`,
    ),
  ];
}
