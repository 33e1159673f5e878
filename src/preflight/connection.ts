import { contains, isAddress, isNetwork, readAddress, readNetwork } from "../stack/addresses.ts";
import type { Host, Stack } from "../stack/stack.ts";
import type { CheckedFacts } from "./facts.ts";
import { type Finding, fault } from "./finding.ts";

/** Whether the packet filter of this stack would let our next SSH connection in. Pure. */
export function judgeConnection({ firewall }: Stack, host: Host, { connection }: CheckedFacts): Finding[] {
  if (connection === undefined) return [];
  const { client, serverPort } = connection;
  const findings: Finding[] = [];
  if (serverPort !== host.ssh.port) {
    findings.push(
      fault(
        host,
        `sshd on ${host.name} was reached at its port ${serverPort}, but stack.yml says ${host.ssh.port}: the packet filter would open ${host.ssh.port} and lock you out.`,
        `Set ssh.port of ${host.name} to ${serverPort}, and give the address at which that port is reached; where something forwards ${host.ssh.port} to it, log in past that.`,
      ),
    );
  }
  const from = firewall.ssh_from;
  if (from !== undefined && !isIn(client, from)) {
    findings.push(
      fault(
        host,
        `You reach ${host.name} from ${client}, and firewall.ssh_from (${from.join(", ")}) does not have that address: you would lock yourself out.`,
        `Add ${client}/${client.includes(":") ? 128 : 32}, or its network, to firewall.ssh_from in stack.yml.`,
      ),
    );
  }
  return findings;
}

function isIn(text: string, networks: readonly string[]): boolean {
  const address = readAddress(text);
  if (!isAddress(address)) return true; // nothing that could be compared
  return networks.some((one) => {
    const network = readNetwork(one);
    return isNetwork(network) && contains(network, address);
  });
}
