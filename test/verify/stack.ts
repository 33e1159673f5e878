import type { Tier } from "../../src/stack/schema.ts";
import type { Host, Stack } from "../../src/stack/stack.ts";
import { APP_DEFAULTS } from "../stack/app-defaults.ts";

/** A stack of five, as stack.yml would give it. */
export function fiveHosts(directory: string, change: Partial<Stack> = {}): Stack {
  const host = (name: string, last: number, tiers: Tier[]): Host => ({
    name,
    address: `192.0.2.${last}`,
    privateAddress: `10.0.0.${last}`,
    tiers,
    ssh: { user: "deploy", port: 22, identity: undefined },
    machine: { suite: "trixie", sudo: "passwordless", memoryMb: 1024, cpus: 1, box: undefined },
  });
  return {
    name: "shop",
    directory,
    hosts: [
      host("web1", 11, ["loadbalancer", "web"]),
      host("web2", 12, ["loadbalancer", "web"]),
      host("app1", 21, ["app"]),
      host("app2", 22, ["app"]),
      host("db1", 31, ["database"]),
    ],
    virtualIp: { address: "192.0.2.100", prefix: 24, advertMs: 200, routerId: 100, interface: undefined },
    site: { domain: "shop.example", tls: "self-signed" },
    routes: { static: ["/assets"] },
    app: {
      source: "./shop",
      runtime: "node",
      start: "node server.js",
      port: 3000,
      health: "/healthz",
      response_timeout_ms: 5_000,
      ...APP_DEFAULTS,
      env: {},
    },
    database: { engine: "mysql", packages: "distribution", name: "shop", port: 3306 },
    checks: { static: "/assets/style.css", dynamic: "/", write: "/writes" },
    drills: { rate: 100, objectives: {} },
    firewall: {},
    ...change,
  };
}
