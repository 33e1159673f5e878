import type { Host, SshSettings, Stack } from "../../src/stack/stack.ts";
import { APP_DEFAULTS } from "../stack/app-defaults.ts";

const SSH: SshSettings = { user: "deploy", port: 22, identity: "/stack/id" };

export function host(name: string, address: string, ssh: SshSettings = SSH): Host {
  return {
    name,
    address,
    privateAddress: address,
    tiers: ["web"],
    ssh,
    machine: { suite: "trixie", sudo: "passwordless", memoryMb: 1024, cpus: 1, box: undefined },
  };
}

/** As much of a stack as machines need. */
export function stack(hosts: readonly Host[], virtualIp: Partial<Stack["virtualIp"]> = {}): Stack {
  return {
    name: "shop",
    directory: "/stack",
    hosts,
    virtualIp: { address: "10.77.9.100", prefix: 24, advertMs: 200, routerId: 1, interface: undefined, ...virtualIp },
    site: { domain: "shop.example", tls: "self-signed" },
    routes: { static: ["/assets"] },
    app: {
      source: ".",
      runtime: "node",
      start: "node server.js",
      port: 3000,
      health: "/healthz",
      env: {},
      response_timeout_ms: 10_000,
      ...APP_DEFAULTS,
    },
    database: { engine: "mysql", packages: "distribution", name: "shop", port: 3306 },
    checks: { dynamic: "/" },
    drills: { rate: 100, objectives: {} },
    firewall: {},
  };
}
