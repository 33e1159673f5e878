import type { Host } from "../stack/stack.ts";
import type { CheckedFacts } from "./facts.ts";
import { type Finding, fault, listedNames, sshForSudo, warning } from "./finding.ts";

export interface Identified {
  readonly host: Host;
  readonly facts: CheckedFacts;
}

/** One machine given twice; machines that are copies of one another. Pure. */
export function judgeIdentities(hosts: readonly Identified[]): Finding[] {
  const findings: Finding[] = [];
  // A copied machine has the machine id of its original; that it booted at another time tells them apart.
  const machines = groups(hosts, ({ facts: { machineId, bootId } }) =>
    machineId === undefined || bootId === undefined ? [] : [`${machineId} ${bootId}`],
  );
  for (const same of machines) {
    const [first, ...others] = same.map(({ host }) => host);
    for (const host of others) {
      findings.push(
        fault(
          host,
          `${host.name} (${host.address}) is the same machine as ${first?.name} (${first?.address}).`,
          `Give ${host.name} a machine of its own in stack.yml, or take it out.`,
        ),
      );
    }
  }
  // What is one machine has one name and one set of keys: that was said above.
  const distinct = hosts.filter((one) => !machines.some((same) => same.includes(one) && same[0] !== one));
  for (const same of groups(distinct, ({ facts: { hostname } }) => (hostname === undefined ? [] : [hostname]))) {
    const names = same.map(({ host }) => host.name);
    const [, second] = same;
    findings.push(
      warning(
        undefined,
        `${listedNames(names)} call themselves ${same[0]?.facts.hostname}: their log lines cannot be told apart.`,
        second === undefined
          ? ""
          : `Name each after itself, such as: ${sshForSudo(second.host)} sudo hostnamectl hostname ${second.host.name}`,
      ),
    );
  }
  const copies = new Map(groups(distinct, ({ facts }) => facts.hostKeys).map((same) => [namesOf(same), same]));
  for (const [names, same] of copies) {
    const last = same.at(-1)?.host;
    findings.push(
      warning(
        undefined,
        `${names} have the same SSH host key: whoever has one of them can pass for the others.`,
        last === undefined
          ? ""
          : `Make new ones, then forget the old: ${sshForSudo(last)} 'sudo rm /etc/ssh/ssh_host_*; sudo ssh-keygen -A; sudo systemctl restart ssh'`,
      ),
    );
  }
  return findings;
}

function namesOf(same: readonly Identified[]): string {
  return listedNames(same.map(({ host }) => host.name));
}

/** Those that share a mark with another, in the order of the hosts. */
function groups(hosts: readonly Identified[], marks: (one: Identified) => readonly string[]): Identified[][] {
  const byMark = new Map<string, Identified[]>();
  for (const one of hosts) {
    for (const mark of marks(one)) byMark.set(mark, [...(byMark.get(mark) ?? []), one]);
  }
  return [...byMark.values()].filter((same) => same.length > 1);
}
