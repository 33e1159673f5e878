import { expect, test } from "vitest";
import type { Tier } from "../../../src/stack/schema.ts";
import type { Host, Stack } from "../../../src/stack/stack.ts";
import { VIRTUAL_IP } from "../../../src/verify/context.ts";
import { probesAbout, probesOf } from "../../../src/verify/isolation/expected.ts";
import { type Probe, SAMPLE_PORTS, THIS_COMPUTER } from "../../../src/verify/isolation/probe.ts";
import { fiveHosts } from "../stack.ts";
import { surface, surfacesOf } from "./surfaces.ts";

const five = fiveHosts("/srv/shop");
const line = ({ from, to, address, via, port, expected }: Probe) =>
  `${from} -> ${to} ${address}${via === undefined ? "" : `%${via}`} ${port} ${expected}`;
const isOpen = ({ expected }: Probe) => expected === "open";

/** Ports that are to be open, such as "80 443". */
const open = (probes: readonly Probe[], from: string, to: string, address?: string) =>
  probes
    .filter((one) => one.from === from && one.to === to && isOpen(one) && one.address === (address ?? one.address))
    .map(({ port }) => port)
    .join(" ");

/** The same stack with its hosts changed. */
const hostsChanged = (stack: Stack, change: (host: Host) => Partial<Host>): Stack => ({
  ...stack,
  hosts: stack.hosts.map((host) => ({ ...host, ...change(host) })),
});
const sameAddresses = hostsChanged(five, ({ privateAddress }) => ({ address: privateAddress }));

test("the database is tried from every host and from this computer, at every address", () => {
  const probes = probesOf(five, surfacesOf(five)).filter(({ to, port }) => to === "db1" && port === 3306);
  expect(probes.map(line)).toEqual([
    "web1 -> db1 10.0.0.31 3306 closed",
    "web1 -> db1 192.0.2.31 3306 closed",
    "web1 -> db1 fe80::5%eth0 3306 closed",
    "web2 -> db1 10.0.0.31 3306 closed",
    "web2 -> db1 192.0.2.31 3306 closed",
    "web2 -> db1 fe80::5%eth0 3306 closed",
    // At the address where it does not listen, the packet filter would let the apps in: nobody said which it is to be.
    "app1 -> db1 10.0.0.31 3306 open",
    "app1 -> db1 fe80::5%eth0 3306 closed",
    "app2 -> db1 10.0.0.31 3306 open",
    "app2 -> db1 fe80::5%eth0 3306 closed",
    "this computer -> db1 192.0.2.31 3306 closed",
  ]);
});

test("what is to be open in a stack of five: all else that is tried is to be closed", () => {
  const probes = probesOf(sameAddresses, surfacesOf(sameAddresses));
  const rows = [...five.hosts.map(({ name }) => name), THIS_COMPUTER].map((from) =>
    [...five.hosts.map(({ name }) => name), VIRTUAL_IP].map((to) => open(probes, from, to)).join(" | "),
  );
  expect(rows).toEqual([
    " | 22 80 443 8080 10000 | 22 3000 | 22 3000 | 22 | 80 443",
    "22 80 443 8080 10000 |  | 22 3000 | 22 3000 | 22 | 80 443",
    "22 80 443 | 22 80 443 |  | 22 | 22 3306 | 80 443",
    "22 80 443 | 22 80 443 | 22 |  | 22 3306 | 80 443",
    "22 80 443 | 22 80 443 | 22 | 22 |  | 80 443",
    "22 80 443 | 22 80 443 | 22 | 22 | 22 | 80 443",
  ]);
});

test("in a stack of seven, a web server is no balancer and a balancer no web server", () => {
  const host = (name: string, last: number, tiers: Tier[]): Host => {
    const address = `10.0.0.${last}`;
    return {
      name,
      address,
      privateAddress: address,
      tiers,
      ssh: { user: "deploy", port: 22, identity: undefined },
      machine: { suite: "trixie", sudo: "passwordless" },
    };
  };
  const seven: Stack = {
    ...five,
    hosts: [
      host("lb1", 1, ["loadbalancer"]),
      host("lb2", 2, ["loadbalancer"]),
      host("web1", 11, ["web"]),
      host("web2", 12, ["web"]),
      host("app1", 21, ["app"]),
      host("app2", 22, ["app"]),
      host("db1", 31, ["database"]),
    ],
  };
  const probes = probesOf(seven, surfacesOf(seven));
  expect(open(probes, "lb1", "web1")).toBe("22 8080");
  expect(open(probes, "lb1", "lb2")).toBe("22 80 443 10000");
  expect(open(probes, "lb1", "app2")).toBe("22 3000");
  expect(open(probes, "web1", "lb1")).toBe("22 80 443");
  expect(open(probes, "web1", "web2")).toBe("22");
  expect(open(probes, "web1", "app1")).toBe("22");
  expect(open(probes, "app1", "db1")).toBe("22 3306");
  for (const from of ["lb1", "lb2", "web1", "web2", THIS_COMPUTER]) {
    const database = probes.filter((one) => one.from === from && one.to === "db1" && one.port === 3306);
    expect(database.length).toBeGreaterThan(0);
    expect(database.filter(isOpen)).toEqual([]);
  }
});

test("every port of the stack, of the sample, and that something listens on is tried on a host", () => {
  const surfaces = surfacesOf(sameAddresses, {
    app1: surface(["eth0 10.0.0.21/24"], ["0.0.0.0:22", "10.0.0.21:3000", "0.0.0.0:5000", "127.0.0.1:6010"]),
  });
  const ports = probesOf(sameAddresses, surfaces).flatMap((one) =>
    one.from === "db1" && one.to === "app1" ? one.port : [],
  );
  const stack = [22, 80, 443, 3000, 3306, 8080, 8405, 10000];
  expect(ports).toEqual([...new Set([...stack, ...SAMPLE_PORTS, 5000, 6010])].sort((one, two) => one - two));
});

test("hosts with several tiers are let in for each of them", () => {
  const shared = hostsChanged(sameAddresses, ({ name }) =>
    name === "web1" ? { tiers: ["loadbalancer", "web", "app"] } : {},
  );
  const probes = probesOf(shared, surfacesOf(shared));
  expect(open(probes, "web1", "db1")).toBe("22 3306");
  expect(open(probes, "web2", "web1")).toBe("22 80 443 3000 8080 10000");
  expect(open(probes, "app1", "web1")).toBe("22 80 443");
});

test("SSH elsewhere: its own port is open, 22 is not", () => {
  const elsewhere = hostsChanged(sameAddresses, ({ ssh }) => ({ ssh: { ...ssh, port: 2222 } }));
  const listening = surface(["eth0 10.0.0.31/24"], [":::2222"]);
  const probes = probesOf(elsewhere, surfacesOf(elsewhere, { db1: listening }));
  const of = (port: number) => probes.filter((one) => one.from === "app1" && one.to === "db1" && one.port === port);
  expect(of(22).map(line)).toEqual(["app1 -> db1 10.0.0.31 22 closed"]);
  expect(of(2222).map(line)).toEqual(["app1 -> db1 10.0.0.31 2222 open"]);
  // Where sshd listens on another address alone, the filter lets it pass, and nobody answers: neither is wrong.
  const aside = probesOf(elsewhere, surfacesOf(elsewhere, { db1: surface(["eth0 10.0.0.31/24"], ["127.0.0.1:2222"]) }));
  expect(aside.filter((one) => one.from === "app1" && one.to === "db1" && one.port === 2222)).toEqual([]);
});

test("an address that stack.yml does not name is no side door", () => {
  const surfaces = surfacesOf(sameAddresses, {
    db1: surface([
      "eth0 10.0.0.31/24",
      "eth0 fd00::31/64",
      "eth1 2001:db8::31/64",
      "docker0 172.17.0.1/16",
      "br1 172.18.0.1/16",
    ]),
    web1: surface(["eth0 10.0.0.11/24", "eth0 fd00::11/64", "eth1 2001:db8:1::11/64", "docker0 172.17.0.1/16"]),
  });
  const tried = probesOf(sameAddresses, surfaces).filter(
    ({ from, to, port }) => from === "web1" && to === "db1" && port === 3306,
  );
  // The bridge for containers is left out: web1 would find its own.
  expect(tried.map(line)).toEqual([
    "web1 -> db1 10.0.0.31 3306 closed",
    "web1 -> db1 fd00::31 3306 closed",
    "web1 -> db1 2001:db8::31 3306 closed",
  ]);
  // app1 has no IPv6 address but a link-local one, and db1 none of those.
  const fromApp = probesOf(sameAddresses, surfaces).filter(
    ({ from, to, port }) => from === "app1" && to === "db1" && port === 3306,
  );
  expect(fromApp.map(line)).toEqual(["app1 -> db1 10.0.0.31 3306 open"]);
});

test("a host that has a second address is let in all the same: the stack needs it", () => {
  const surfaces = surfacesOf(sameAddresses, { app1: surface(["eth0 10.0.0.21/24", "eth0 10.0.0.121/24"]) });
  expect(open(probesOf(sameAddresses, surfaces), "app1", "db1", "10.0.0.31")).toBe("22 3306");
});

test("IPv6 alone", () => {
  const ipv6 = hostsChanged(
    { ...five, virtualIp: { ...five.virtualIp, address: "2001:db8::100", prefix: 64 } },
    ({ privateAddress }) => {
      const address = `2001:db8::${privateAddress.split(".").at(-1)}`;
      return { address, privateAddress: address };
    },
  );
  const probes = probesOf(ipv6, surfacesOf(ipv6));
  expect(open(probes, "app1", "db1", "2001:db8::31")).toBe("3306");
  expect(open(probes, "web1", "web2", "2001:db8::12")).toBe("80 443 8080 10000");
  expect(open(probes, "web2", VIRTUAL_IP)).toBe("80 443");
  expect(probes.some(({ address }) => address.includes("."))).toBe(false);
});

test("this computer tries link-local addresses where it is on the hosts' link, and no private ones behind a bastion", () => {
  const here = surface(["br0 10.0.0.1/24", "br0 fe80::99/64", "wlan0 192.168.0.5/24"]);
  const near = probesOf(sameAddresses, surfacesOf(sameAddresses, { [THIS_COMPUTER]: here }));
  expect(near.filter((one) => one.from === THIS_COMPUTER && one.to === "db1" && one.port === 3306).map(line)).toEqual([
    "this computer -> db1 10.0.0.31 3306 closed",
    "this computer -> db1 fe80::5%br0 3306 closed",
  ]);
  const behind = hostsChanged(sameAddresses, ({ ssh }) => ({
    ssh: { ...ssh, proxyJump: { user: undefined, host: "bastion.example", port: undefined } },
  }));
  const far = probesOf(behind, surfacesOf(behind, { [THIS_COMPUTER]: surface(["wlan0 192.168.0.5/24"]) }));
  expect(new Set(far.filter((one) => one.from === THIS_COMPUTER).map(({ to }) => to))).toEqual(new Set([VIRTUAL_IP]));
});

test("where this computer is a host, there is no outside", () => {
  const probes = probesOf(
    sameAddresses,
    surfacesOf(sameAddresses, { [THIS_COMPUTER]: surface(["eth0 10.0.0.11/24"]) }),
  );
  expect(probes.filter(({ from }) => from === THIS_COMPUTER)).toEqual([]);
});

test("the virtual IP: the site for everybody, its holder too; nothing else, but for what either balancer lets in", () => {
  const holder = surface(["eth0 10.0.0.11/24", "eth0 192.0.2.100/32"], ["0.0.0.0:22", "0.0.0.0:80", "0.0.0.0:7000"]);
  const probes = probesOf(sameAddresses, surfacesOf(sameAddresses, { web1: holder }));
  const of = (from: string) => probes.filter((one) => one.from === from && one.to === VIRTUAL_IP);
  expect(of("web1").map(line)).toEqual([
    "web1 -> virtual IP 192.0.2.100 80 open",
    "web1 -> virtual IP 192.0.2.100 443 open",
  ]);
  expect(open(probes, "db1", VIRTUAL_IP)).toBe("80 443");
  const closed = of("db1")
    .filter((one) => !isOpen(one))
    .map(({ port }) => port);
  expect(closed).toEqual(expect.arrayContaining([3306, 7000, 8080, 8405, 8406, 10000]));
  expect(closed).not.toContain(22);
  // Nginx lets balancers in at whatever address, though it does not listen at this one.
  expect(of("web2").map(({ port }) => port)).not.toContain(8080);
  // It is tried as the virtual IP, not as an address of its holder.
  expect(probes.filter(({ to, address }) => to === "web1" && address === "192.0.2.100")).toEqual([]);
});

test("networks are compared with the address that a host comes from", () => {
  const stack = { ...sameAddresses, firewall: { ssh_from: ["10.0.0.16/29"], metrics_from: ["10.0.0.31/32"] } };
  const expected = (port: number) =>
    probesOf(stack, surfacesOf(stack))
      .filter(({ to, address, port: one }) => to === "web1" && address === "10.0.0.11" && one === port)
      .map((probe) => `${probe.from} ${probe.expected}`);
  expect(expected(22)).toEqual(["web2 closed", "app1 open", "app2 open", "db1 closed", "this computer open"]);
  // Whether this computer is in metrics_from is unknown here, so it is not tried.
  expect(expected(8405)).toEqual(["web2 closed", "app1 closed", "app2 closed", "db1 open"]);
});

test("with --limit, nobody is logged in to but those hosts, and all is about them", () => {
  const only = (...names: string[]) => five.hosts.filter((host) => names.includes(host.name));
  const seen = (...names: string[]) => new Map([...surfacesOf(five)].filter(([name]) => names.includes(name)));
  const brief = (...names: string[]) => {
    const probes = probesAbout(only(...names), five, seen(...names)).filter(({ port }) =>
      [22, 3000, 3306].includes(port),
    );
    return probes.map(({ from, to, address, port, expected }) => `${from} -> ${to} ${address}:${port} ${expected}`);
  };
  expect(brief("app1")).toEqual([
    "app1 -> db1 10.0.0.31:3306 open",
    "this computer -> app1 192.0.2.21:22 open",
    "this computer -> app1 192.0.2.21:3000 closed",
    "this computer -> app1 192.0.2.21:3306 closed",
  ]);
  expect(brief("db1")).toEqual([
    "this computer -> db1 192.0.2.31:22 open",
    "this computer -> db1 192.0.2.31:3000 closed",
    "this computer -> db1 192.0.2.31:3306 closed",
  ]);
  expect(new Set(probesAbout(only("web1"), five, seen("web1")).map(({ from, to }) => `${from} -> ${to}`))).toEqual(
    new Set(["web1 -> db1", "web1 -> virtual IP", "this computer -> web1", "this computer -> virtual IP"]),
  );
  expect(probesAbout(five.hosts, five, surfacesOf(five))).toEqual(probesOf(five, surfacesOf(five)));
});
