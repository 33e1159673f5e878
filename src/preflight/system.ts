import type { Host, Stack } from "../stack/stack.ts";
import type { CheckedFacts } from "./facts.ts";
import { type Finding, fault, sshForSudo, warning } from "./finding.ts";

/** The packages of the largest tier, unpacked, with room for logs and a release. */
const NEEDED_MB = 1024;
/** Package lists, the packages themselves while they are installed, and a database's first files. */
const NEEDED_VAR_MB = 512;
/** A machine sold with 512 MiB shows less to its system. */
const NEEDED_MEMORY_MB = 400;
/** What a database server needs beside its buffer pool, with the system under it. */
const BESIDE_POOL_MB = 400;
const SMALLEST_POOL_MB = 128;
/** ansible-core 2.19 and newer need this on a target. */
export const NEEDED_PYTHON = [3, 8] as const;
const OLDEST = { debian: 12, ubuntu: 24.04 } as const;

/** What one host is, against what the stack needs there. Pure. */
export function judgeSystem(stack: Stack, host: Host, facts: CheckedFacts): Finding[] {
  return [
    ...judgeDistribution(host, facts),
    ...judgePython(host, facts),
    ...judgeSudo(host, facts),
    ...judgeDisk(host, facts),
    ...judgeMemory(stack, host, facts),
    ...judgeDatabase(stack, host, facts),
  ];
}

function judgeDistribution(host: Host, facts: CheckedFacts): Finding[] {
  const { distribution, version } = facts;
  // Debian testing and unstable have no version.
  const supported =
    (distribution === "debian" && (version === undefined || Number(version) >= OLDEST.debian)) ||
    (distribution === "ubuntu" && Number(version) >= OLDEST.ubuntu);
  if (supported) return [];
  const found = [distribution ?? "an unknown system", version].filter(Boolean).join(" ");
  return [fault(host, `${host.name} runs ${found}.`, "Use Debian 12 or newer, or Ubuntu 24.04 or newer.")];
}

function judgePython(host: Host, { python }: CheckedFacts): Finding[] {
  if (python !== undefined && isAtLeast(python, NEEDED_PYTHON)) return [];
  const found = python === undefined ? "has no /usr/bin/python3" : `has Python ${python}, 3.8 is needed`;
  return [fault(host, `${host.name} ${found}.`, `${sshForSudo(host)} sudo apt-get install --yes python3`)];
}

/** Whether a password is right is found by using it. */
function judgeSudo(host: Host, { sudo }: CheckedFacts): Finding[] {
  if (sudo !== "none") return [];
  const { user } = host.ssh;
  return [
    fault(
      host,
      `${user} may not become root on ${host.name}: there is no sudo, or it does not know that user.`,
      `As root on ${host.name}: apt-get install --yes sudo && echo '${user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/90-quintet && chmod 440 /etc/sudoers.d/90-quintet`,
    ),
  ];
}

function judgeDisk(host: Host, { freeMb, varFreeMb }: CheckedFacts): Finding[] {
  const short = (directory: string, free: number, needed: number) =>
    fault(
      host,
      `${host.name} has ${free} MiB free on ${directory}, ${needed} MiB are needed.`,
      `Make room: ${sshForSudo(host)} 'sudo apt-get clean; sudo du -xh ${directory} | sort -h | tail'`,
    );
  return [
    ...(freeMb !== undefined && freeMb < NEEDED_MB ? [short("/", freeMb, NEEDED_MB)] : []),
    ...(varFreeMb !== undefined && varFreeMb < NEEDED_VAR_MB ? [short("/var", varFreeMb, NEEDED_VAR_MB)] : []),
  ];
}

function judgeMemory(stack: Stack, host: Host, { memoryMb }: CheckedFacts): Finding[] {
  if (memoryMb === undefined) return [];
  if (host.tiers.includes("database")) {
    const pool = stack.database.buffer_pool_mb;
    const needed = (pool ?? SMALLEST_POOL_MB) + BESIDE_POOL_MB;
    if (memoryMb < needed) {
      const message = `${host.name} has ${memoryMb} MiB of memory; ${stack.database.engine} with a buffer pool of ${pool ?? SMALLEST_POOL_MB} MiB needs ${needed} MiB.`;
      const smaller = Math.floor((memoryMb - BESIDE_POOL_MB) / 64) * 64;
      const mend =
        smaller >= 64 && pool !== undefined ? `Set database.buffer_pool_mb to ${smaller} or less, or g` : "G";
      return [fault(host, message, `${mend}ive ${host.name} more memory.`)];
    }
    if (pool !== undefined && pool > memoryMb * 0.8) {
      const message = `The buffer pool of ${pool} MiB is more than four fifths of ${host.name}'s memory (${memoryMb} MiB).`;
      return [warning(host, message, "A smaller database.buffer_pool_mb leaves room for connections and sorting.")];
    }
  }
  if (memoryMb >= NEEDED_MEMORY_MB) return [];
  const message = `${host.name} has ${memoryMb} MiB of memory, ${NEEDED_MEMORY_MB} MiB are needed.`;
  return [fault(host, message, `Give ${host.name} more memory.`)];
}

function judgeDatabase(stack: Stack, host: Host, { distribution, version }: CheckedFacts): Finding[] {
  if (!host.tiers.includes("database") || stack.database.engine !== "mysql") return [];
  if (stack.database.packages !== "distribution" || distribution !== "debian" || version === undefined) return [];
  return [
    fault(
      host,
      `Debian ${version} has no MySQL, only MariaDB.`,
      "In stack.yml, set database.packages to oracle (MySQL's own apt repository), or database.engine to mariadb.",
    ),
  ];
}

export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split(".").map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}
