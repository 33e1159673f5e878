import { expect, test } from "vitest";
import { probesAbout, probesOf } from "../../src/verify/isolation.ts";
import { fiveHosts } from "./stack.ts";

const line = ({ from, to, address, port, expected }: ReturnType<typeof probesOf>[number]) =>
  `${from} -> ${to} ${address}:${port} ${expected}`;

test("the database is tried from every host and from this computer, on the address that each would use", () => {
  const probes = probesOf(fiveHosts("/srv/shop")).filter((probe) => probe.port === 3306);
  expect(probes.map(line)).toEqual([
    "web1 -> db1 10.0.0.31:3306 closed",
    "web2 -> db1 10.0.0.31:3306 closed",
    "app1 -> db1 10.0.0.31:3306 open",
    "app2 -> db1 10.0.0.31:3306 open",
    "this computer -> db1 192.0.2.31:3306 closed",
  ]);
});

test("a host is tried on each of its tiers' ports", () => {
  const probes = probesOf(fiveHosts("/srv/shop")).filter((probe) => probe.to === "web1" && probe.from !== "app2");
  expect(probes.filter((probe) => probe.from !== "db1").map(line)).toEqual([
    "web2 -> web1 10.0.0.11:22 open",
    "app1 -> web1 10.0.0.11:22 open",
    "this computer -> web1 192.0.2.11:22 open",
    "web2 -> web1 10.0.0.11:80 open",
    "app1 -> web1 10.0.0.11:80 open",
    "this computer -> web1 192.0.2.11:80 open",
    "web2 -> web1 10.0.0.11:443 open",
    "app1 -> web1 10.0.0.11:443 open",
    "this computer -> web1 192.0.2.11:443 open",
    "web2 -> web1 10.0.0.11:10000 open",
    "app1 -> web1 10.0.0.11:10000 closed",
    "this computer -> web1 192.0.2.11:10000 closed",
    "web2 -> web1 10.0.0.11:8405 closed",
    "app1 -> web1 10.0.0.11:8405 closed",
    "this computer -> web1 192.0.2.11:8405 closed",
    "web2 -> web1 10.0.0.11:8080 open",
    "app1 -> web1 10.0.0.11:8080 closed",
    "this computer -> web1 192.0.2.11:8080 closed",
  ]);
});

test("networks are compared with the address that a host comes from", () => {
  const stack = fiveHosts("/srv/shop", { firewall: { ssh_from: ["10.0.0.16/29"], metrics_from: ["10.0.0.31"] } });
  const expected = (port: number) =>
    probesOf(stack)
      .filter((probe) => probe.to === "web1" && probe.port === port)
      .map((probe) => `${probe.from} ${probe.expected}`);
  expect(expected(22)).toEqual(["web2 closed", "app1 open", "app2 open", "db1 closed", "this computer open"]);
  // Whether this computer is in metrics_from is unknown here, so it is not tried.
  expect(expected(8405)).toEqual(["web2 closed", "app1 closed", "app2 closed", "db1 open"]);
});

test("with --limit, nobody is logged in to but those hosts, and all is about them", () => {
  const stack = fiveHosts("/srv/shop");
  const only = (...names: string[]) => stack.hosts.filter((host) => names.includes(host.name));
  const brief = (...names: string[]) =>
    probesAbout(only(...names), stack).map(({ from, to, port, expected }) => `${from} -> ${to}:${port} ${expected}`);
  expect(brief("app1")).toEqual([
    "this computer -> app1:22 open",
    "this computer -> app1:3000 closed",
    "app1 -> db1:3306 open",
  ]);
  expect(brief("db1")).toEqual(["this computer -> db1:22 open", "this computer -> db1:3306 closed"]);
  expect(brief("app1", "app2").filter((line) => line.startsWith("app2"))).toEqual([
    "app2 -> app1:22 open",
    "app2 -> app1:3000 closed",
    "app2 -> db1:3306 open",
  ]);
  expect(probesAbout(stack.hosts, stack)).toEqual(probesOf(stack));
});
