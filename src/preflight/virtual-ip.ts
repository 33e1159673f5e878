import { hostsOf, type Stack } from "../stack/stack.ts";
import type { CheckedFacts } from "./facts.ts";
import { type Finding, fault } from "./finding.ts";

/**
 * On the host, as root. A packet to the address makes the kernel ask the network who has it; the answer, if any, stands
 * in the neighbour table within half a second. What the kernel knows already is forgotten first: it takes a machine
 * that has gone for alive for many seconds.
 */
export const NEIGHBOUR_SCRIPT = `
def neighbour(address):
    said("ip", "neighbour", "flush", "to", address)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.sendto(b"", (address, 9))
    except OSError:
        return None
    for _ in range(10):
        time.sleep(0.05)
        words = said("ip", "neighbour", "show", address).split()
        if "lladdr" in words and "FAILED" not in words:
            return words[words.index("lladdr") + 1]
    return None
`;

/** Whether any balancer holds the virtual IP: then there is nobody to look for. undefined: one could not be asked. */
export function isHeld(stack: Stack, facts: ReadonlyMap<string, CheckedFacts>): boolean | undefined {
  const balancers = hostsOf(stack, "loadbalancer").map(({ name }) => facts.get(name));
  const holds = (one: CheckedFacts | undefined) =>
    one?.interfaces.some(({ addresses }) => addresses.some(({ address }) => address === stack.virtualIp.address));
  if (balancers.some((one) => holds(one) === true)) return true;
  return balancers.includes(undefined) ? undefined : false;
}

/** `neighbours`: the hardware address that each balancer got an answer from, in the stack's order. Pure. */
export function judgeVirtualIp(
  stack: Stack,
  facts: ReadonlyMap<string, CheckedFacts>,
  neighbours: ReadonlyMap<string, string>,
): Finding[] {
  // One that did not let us in may be the one that answers.
  if (isHeld(stack, facts) !== false) return [];
  const balancers = hostsOf(stack, "loadbalancer");
  // One that took it over since it was asked what it holds.
  const own = balancers.flatMap(({ name }) => facts.get(name)?.interfaces ?? []).map((one) => one.hardwareAddress);
  const isForeign = (answer: string | undefined) => answer !== undefined && !own.includes(answer);
  const witness = balancers.find(({ name }) => isForeign(neighbours.get(name)));
  if (witness === undefined) return [];
  return [
    fault(
      witness,
      `The virtual IP ${stack.virtualIp.address} is in use: ${neighbours.get(witness.name)} answers for it, and that is neither balancer.`,
      "Choose a free address for virtual_ip.address in stack.yml, or take the other machine off it.",
    ),
  ];
}
