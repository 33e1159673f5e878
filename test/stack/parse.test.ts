import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { APP_DEFAULTS } from "./app-defaults.ts";
import { faultLines, stackText, validStack, warningLines } from "./example.ts";

test.each(["rehearsal", "seven"])("inventories/%s/stack.yml has no fault", (name) => {
  expect(faultLines(readFileSync(`inventories/${name}/stack.yml`, "utf8"))).toEqual([]);
});

test("fills every default in", () => {
  const ssh = { user: "dora", port: 22, identity: undefined, written: { user: undefined, port: undefined } };
  const host = (name: string, address: string, ...tiers: string[]) => {
    return {
      name,
      address,
      privateAddress: address,
      tiers,
      ssh,
      machine: { suite: "trixie", sudo: "passwordless", memoryMb: 1024, cpus: 1, box: undefined },
    };
  };
  expect(validStack(stackText())).toEqual({
    name: "shop",
    directory: "/stacks/shop",
    hosts: [
      host("web1", "10.0.0.11", "loadbalancer", "web"),
      host("web2", "10.0.0.12", "loadbalancer", "web"),
      host("app1", "10.0.0.21", "app"),
      host("app2", "10.0.0.22", "app"),
      host("db1", "10.0.0.31", "database"),
    ],
    virtualIp: { address: "10.0.0.100", prefix: 24, advertMs: 100, routerId: 100, interface: undefined },
    site: { domain: "shop.example", tls: "self-signed" },
    routes: { static: ["/assets", "/favicon.ico", "/robots.txt"] },
    app: {
      source: "/stacks/shop/shop",
      runtime: "node",
      start: "node server.js",
      port: 3000,
      health: "/healthz",
      response_timeout_ms: 5000,
      ...APP_DEFAULTS,
      env: {},
    },
    database: { engine: "mysql", packages: "distribution", name: "shop", port: 3306 },
    checks: { dynamic: "/" },
    drills: { rate: 100, objectives: {} },
    firewall: {},
  });
});

test("a host's ssh goes over the stack's, setting by setting, and that over the defaults", () => {
  const stack = validStack(
    stackText({
      app1: "  app1: { address: 10.0.0.21, tiers: [app], ssh: { user: root } }",
      app2: "  app2: { address: 10.0.0.22, tiers: [app], ssh: { port: 22, identity: /keys/app2 } }",
      more: "ssh: { port: 2222, identity: ~/.ssh/id_ed25519 }",
    }),
  );
  expect(stack.hosts.slice(1, 4).map(({ ssh }) => ssh)).toMatchObject([
    { user: "dora", port: 2222, identity: "/home/dora/.ssh/id_ed25519", identityAsWritten: "~/.ssh/id_ed25519" },
    { user: "root", port: 2222, identity: "/home/dora/.ssh/id_ed25519", identityAsWritten: "~/.ssh/id_ed25519" },
    { user: "dora", port: 22, identity: "/keys/app2", identityAsWritten: "/keys/app2" },
  ]);
});

test.each([
  ["./id_ed25519", "/stacks/shop/id_ed25519"],
  ["../keys/id", "/stacks/keys/id"],
  ["/keys/../id", "/id"],
  ["~/id", "/home/dora/id"],
  ['"~"', "/home/dora"],
])("makes the path %s absolute", (identity, expected) => {
  const stack = validStack(stackText({ more: `ssh: { identity: ${identity} }` }));
  expect(stack.hosts[0]?.ssh.identity).toBe(expected);
});

test("writes IPv6 addresses in one spelling, with a prefix of 64", () => {
  const stack = validStack(
    stackText({
      web1: "  web1: { address: 'FD00:0:0:0::11', private_address: 'fd01::0011', tiers: [loadbalancer, web] }",
      web2: "  web2: { address: 'fd00::12', tiers: [loadbalancer, web] }",
      virtual_ip: "virtual_ip: { address: 'fd00:0::0100' }",
    }),
  );
  expect(stack.hosts[0]).toMatchObject({ address: "fd00::11", privateAddress: "fd01::11" });
  expect(stack.virtualIp).toMatchObject({ address: "fd00::100", prefix: 64, routerId: 252 });
});

test("takes what the file says over what it would derive", () => {
  const { virtualIp } = validStack(
    stackText({
      virtual_ip: "virtual_ip: { address: 10.0.0.100, prefix: 26, advert_ms: 150, router_id: 7, interface: eth1 }",
      web1: "  web1: { address: 10.0.0.71, tiers: [loadbalancer, web] }",
      web2: "  web2: { address: 10.0.0.72, tiers: [loadbalancer, web] }",
    }),
  );
  expect(virtualIp).toEqual({ address: "10.0.0.100", prefix: 26, advertMs: 150, routerId: 7, interface: "eth1" });
});

test("a host's suite goes over the stack's", () => {
  const stack = validStack(
    stackText({
      db1: "  db1: { address: 10.0.0.31, tiers: [database], machine: { suite: sid } }",
      more: "machine: { suite: bookworm }",
    }),
  );
  expect(stack.hosts.map(({ machine }) => machine.suite)).toEqual([
    "bookworm",
    "bookworm",
    "bookworm",
    "bookworm",
    "sid",
  ]);
});

test("a host's machine has what it says itself, then what the stack says, then the default", () => {
  const stack = validStack(
    stackText({
      db1: "  db1: { address: 10.0.0.31, tiers: [database], machine: { memory_mb: 2048, box: own/debian } }",
      more: "machine: { cpus: 2, memory_mb: 768 }",
    }),
  );
  const [web1, , , , db1] = stack.hosts;
  expect(web1?.machine).toMatchObject({ memoryMb: 768, cpus: 2, box: undefined, suite: "trixie" });
  expect(db1?.machine).toMatchObject({ memoryMb: 2048, cpus: 2, box: "own/debian" });
});

test.each(["-option/debian", "../debian", "a/b/c", 'x"; system("id")', "#{id}", ""])("%j is no box", (box) => {
  const faults = faultLines(stackText({ more: `machine: { box: ${JSON.stringify(box)} }` }));
  expect(faults).toEqual([expect.stringContaining("machine.box")]);
});

test("says once that the one database machine is a single point of failure, and nothing else of a good stack", () => {
  expect(warningLines(stackText())).toEqual([
    "stack.yml:7:37  hosts.db1.tiers: db1 is the only database host: a single point of failure. Expect the application to fail while db1 is down.",
  ]);
});

test("finds faults of every kind in one go, by line", () => {
  const text = stackText({
    name: "nmae: shop",
    web2: "  web1: { address: 10.0.0.12, tiers: [loadbalancer, web] }",
    app1: "  app1: { address: 10.0.0.300, tiers: [apps] }",
    app2: "  app2: { address: 10.0.0.11, tiers: [app] }",
    app: 'app: { source: ./shop, runtime: node, port: "3000" }',
    more: "firewall: { ssh_from: [10.0.0.0/33] }",
  });
  expect(faultLines(text)).toEqual([
    "stack.yml:1:1  nmae: There is no such setting. Did you mean name?",
    "stack.yml:4:3  hosts.web1: This key is given twice. Keep one of the two.",
    "stack.yml:5:20  hosts.app1.address: 10.0.0.300 is not an address: 300 is more than 255. Give an IPv4 or IPv6 address such as 10.0.0.30.",
    "stack.yml:5:40  hosts.app1.tiers[0]: apps is not one of loadbalancer, web, app and database. Did you mean app?",
    "stack.yml:6:20  hosts.app2.address: 10.0.0.11 is already the address of web1. Give each host its own.",
    "stack.yml:10:1  app.start: This setting is missing. Add it, such as start: node server.js.",
    "stack.yml:10:45  app.port: 3000 is text. Give a whole number from 1 to 65535.",
    "stack.yml:12:24  firewall.ssh_from[0]: /33 is longer than an IPv4 address. Give a prefix length from 0 to 32.",
  ]);
});
