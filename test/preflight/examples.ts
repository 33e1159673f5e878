import type { Answers } from "../../src/preflight/asked.ts";
import type { CheckedFacts } from "../../src/preflight/facts.ts";
import type { Finding } from "../../src/preflight/finding.ts";
import type { Looked } from "../../src/preflight/look.ts";
import type { Host, Stack } from "../../src/stack/stack.ts";
import { stackText, validStack } from "../stack/example.ts";

export const shop = validStack(stackText());

export function hostOf(name: string, stack: Stack = shop): Host {
  const host = stack.hosts.find((one) => one.name === name);
  if (host === undefined) throw new Error(name);
  return host;
}

/** What a host that is fit says of itself, with some of it changed. */
export function factsOf(host: Host, changes: Partial<CheckedFacts> = {}): CheckedFacts {
  return {
    hostname: host.name,
    distribution: "ubuntu",
    version: "24.04",
    codename: "noble",
    cpus: 2,
    memoryMb: 2048,
    freeMb: 1024,
    varFreeMb: undefined,
    python: "3.12.3",
    sudo: "passwordless",
    interfaces: [{ name: "eth0", addresses: [{ address: host.address, prefix: 24 }] }],
    machineId: `machine of ${host.name}`,
    bootId: `boot of ${host.name}`,
    hostKeys: [`ssh-ed25519 key-of-${host.name}`],
    connection: { client: "10.0.0.1", serverPort: host.ssh.port },
    missing: [],
    ...changes,
  };
}

export const NO_ANSWERS: Answers = {
  ports: [],
  filters: undefined,
  listen: {},
  connect: {},
  lockedBy: undefined,
  neighbour: undefined,
  vrrp: undefined,
  mirror: undefined,
  errors: {},
};

/** A host that is fit, with some of it changed. */
export function looked(
  host: Host,
  facts: Partial<CheckedFacts> = {},
  answers: Partial<Answers> = {},
  more: Partial<Looked> = {},
): Looked {
  return {
    host,
    needs: { packages: [], units: [] },
    facts: factsOf(host, facts),
    answers: { ...NO_ANSWERS, ...answers },
    clock: { offsetMs: 10, uncertaintyMs: 5 },
    ...more,
  };
}

/** "fault web1: message" a finding. */
export function lines(findings: readonly Finding[]): string[] {
  return findings.map(({ kind, host, message }) => `${kind} ${host ?? "-"}: ${message}`);
}
