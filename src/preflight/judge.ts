import { EXIT, type QuintetErrorFields } from "../errors.ts";
import { quoteArgv } from "../remote/quote.ts";
import { type Host, hostsOf, type Stack } from "../stack/stack.ts";
import type { HostFacts } from "./probe.ts";

/** The packages of the largest tier, unpacked, with room for logs and a release. */
const NEEDED_MB = 1024;
/** ansible-core 2.19 and newer need this on a target. */
const NEEDED_PYTHON = [3, 8] as const;
const OLDEST = { debian: 12, ubuntu: 24.04 } as const;

/** Everything about these hosts that would make `apply` fail, each with what mends it. Pure. */
export function judgeHosts(stack: Stack, facts: ReadonlyMap<string, HostFacts>): QuintetErrorFields[] {
  const faults = stack.hosts.flatMap((host) => {
    const own = facts.get(host.name);
    return own === undefined ? [] : [...judgeSystem(host, own), ...judgeDatabase(stack, host, own)];
  });
  return [...faults, ...judgeVirtualIp(stack, facts)];
}

function judgeSystem(host: Host, facts: HostFacts): QuintetErrorFields[] {
  const faults: QuintetErrorFields[] = [];
  const add = (message: string, next: string) => faults.push(fault(host, message, next));
  if (!isSupported(facts)) {
    const found = [facts.distribution ?? "an unknown system", facts.version].filter(Boolean).join(" ");
    add(`${host.name} runs ${found}.`, "Use Debian 12 or newer, or Ubuntu 24.04 or newer.");
  }
  if (facts.python === undefined || !isAtLeast(facts.python, NEEDED_PYTHON)) {
    const found = facts.python === undefined ? "has no /usr/bin/python3" : `has Python ${facts.python}, 3.8 is needed`;
    add(`${host.name} ${found}.`, `${ssh(host)} sudo apt-get install --yes python3`);
  }
  if (!facts.root) {
    add(
      `${host.ssh.user} may not become root on ${host.name} without a password.`,
      `As root on ${host.name}: echo '${host.ssh.user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/90-quintet && chmod 440 /etc/sudoers.d/90-quintet`,
    );
  }
  if (facts.freeMb !== undefined && facts.freeMb < NEEDED_MB) {
    add(
      `${host.name} has ${facts.freeMb} MiB free on /, ${NEEDED_MB} MiB are needed.`,
      `Make room: ${ssh(host)} 'sudo apt-get clean; sudo du -xh / | sort -h | tail'`,
    );
  }
  return faults;
}

function judgeDatabase(stack: Stack, host: Host, facts: HostFacts): QuintetErrorFields[] {
  if (!host.tiers.includes("database") || stack.database.engine !== "mysql") return [];
  if (stack.database.packages !== "distribution" || facts.distribution !== "debian" || facts.version === undefined)
    return [];
  return [
    fault(
      host,
      `Debian ${facts.version} has no MySQL, only MariaDB.`,
      "In stack.yml, set database.packages to oracle (MySQL's own apt repository), or database.engine to mariadb.",
    ),
  ];
}

function judgeVirtualIp(stack: Stack, facts: ReadonlyMap<string, HostFacts>): QuintetErrorFields[] {
  const balancers = hostsOf(stack, "loadbalancer");
  // One that did not let us in may be the one that answers.
  if (balancers.some((host) => facts.get(host.name)?.holdsVirtualIp ?? true)) return [];
  const witness = balancers.find((host) => facts.get(host.name)?.virtualIpNeighbour !== undefined);
  if (witness === undefined) return [];
  return [
    fault(
      witness,
      `The virtual IP ${stack.virtualIp.address} is in use: ${facts.get(witness.name)?.virtualIpNeighbour} answers for it, and that is neither balancer.`,
      "Choose a free address for virtual_ip.address in stack.yml, or take the other machine off it.",
    ),
  ];
}

function isSupported({ distribution, version }: HostFacts): boolean {
  if (distribution !== "debian" && distribution !== "ubuntu") return false;
  // Debian testing and unstable have no version.
  return version === undefined ? distribution === "debian" : Number(version) >= OLDEST[distribution];
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split(".").map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}

function ssh({ ssh: { user, port }, address }: Host): string {
  return quoteArgv(["ssh", ...(port === 22 ? [] : ["-p", String(port)]), `${user}@${address}`]);
}

function fault(host: Host, message: string, next: string): QuintetErrorFields {
  return { message, host: host.name, step: "Check the hosts", exitCode: EXIT.preflight, next };
}
