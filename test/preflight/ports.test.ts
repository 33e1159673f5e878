import { describe, expect, test } from "vitest";
import { type Holder, judgeOtherLooks, judgePorts, neededPorts } from "../../src/preflight/ports.ts";
import { hostOf, lines, shop } from "./examples.ts";

const UNITS = ["quintet-firewall.service", "nginx.service", "haproxy.service", "keepalived.service"];
const holder = (port: number, address: string, unit?: string): Holder => ({
  port,
  address,
  unit,
  pid: 42,
  program: "apache2",
});

test("every port that the roles listen on", () => {
  const of = (name: string) => neededPorts(shop, hostOf(name)).map(({ port, address = "*" }) => `${address}:${port}`);
  const web1 = ["*:80", "*:443", "10.0.0.11:10000", "10.0.0.11:8405", "127.0.0.1:8406", "10.0.0.11:8080"];
  expect(of("web1")).toEqual(web1);
  expect(of("app1")).toEqual(["10.0.0.21:3000"]);
  expect(of("db1")).toEqual(["10.0.0.31:3306"]);
});

describe("on web1", () => {
  const judge = (...holders: Holder[]) => judgePorts(shop, hostOf("web1"), holders, UNITS);
  const taken = (port: number, by: string, program = "apache2 (apache2.service)") => [
    `fault web1: Port ${port} on web1 is taken by ${program}; ${by} needs it.`,
  ];
  const table: [what: string, holder: Holder, lines: string[]][] = [
    ["our own service", holder(443, "0.0.0.0", "haproxy.service"), []],
    ["a service of ours that will listen elsewhere", holder(80, "0.0.0.0", "nginx.service"), []],
    ["a stranger", holder(80, "0.0.0.0", "apache2.service"), taken(80, "HAProxy")],
    [
      "a stranger on one address of a port that we need on all",
      holder(80, "10.0.0.11", "apache2.service"),
      taken(80, "HAProxy"),
    ],
    ["a stranger on all addresses, IPv6", holder(8080, "::", "apache2.service"), taken(8080, "Nginx")],
    ["a stranger on our address", holder(8080, "10.0.0.11", "apache2.service"), taken(8080, "Nginx")],
    ["a stranger on our address, by IPv6", holder(8080, "::ffff:10.0.0.11", "apache2.service"), taken(8080, "Nginx")],
    ["a stranger on another address", holder(8080, "127.0.0.1", "apache2.service"), []],
    ["a port that nobody needs", holder(8081, "0.0.0.0", "apache2.service"), []],
    ["no unit", holder(80, "0.0.0.0"), taken(80, "HAProxy", "apache2 (process 42)")],
    [
      "no process",
      { port: 80, address: "0.0.0.0", pid: undefined, program: undefined, unit: undefined },
      taken(80, "HAProxy", "a program that cannot be seen"),
    ],
  ];
  test.each(table)("%s", (_, one, expected) => {
    expect(lines(judge(one))).toEqual(expected);
  });

  test("what ends it", () => {
    const next = (one: Holder) => judge(one)[0]?.next;
    expect(next(holder(80, "0.0.0.0", "apache2.service"))).toBe(
      "ssh -t dora@10.0.0.11 sudo systemctl disable --now apache2.service",
    );
    expect(next(holder(80, "0.0.0.0", "session-3.scope"))).toBe("ssh -t dora@10.0.0.11 sudo kill 42");
    expect(next({ ...holder(80, "0.0.0.0"), pid: undefined })).toBe(
      "See who has it: ssh -t dora@10.0.0.11 sudo ss -ltnp sport = :80",
    );
  });
});

test("another run that looks is no stranger to be ended, and hides none", () => {
  const look = { ...holder(8080, "10.0.0.11", "session-3.scope"), program: "quintet-check" };
  expect(judgePorts(shop, hostOf("web1"), [look], UNITS)).toEqual([]);
  expect(judgePorts(shop, hostOf("web1"), [look, holder(8080, "::", "apache2.service")], UNITS)).toHaveLength(1);
  expect(judgeOtherLooks(hostOf("web1"), [look])).toEqual([
    {
      kind: "warning",
      host: "web1",
      message: "Another run of Quintet is looking at web1: not every way between the hosts could be tried.",
      next: "Run the same command again when that one has ended.",
    },
  ]);
  expect(judgeOtherLooks(hostOf("web1"), [holder(8080, "::")])).toEqual([]);
});

test("a port that stack.yml can change", () => {
  const next = (name: string, port: number) =>
    judgePorts(shop, hostOf(name), [holder(port, "::", "x.service")], [])[0]?.next;
  expect(next("app1", 3000)).toContain("(or set app.port in stack.yml)");
  expect(next("db1", 3306)).toContain("(or set database.port in stack.yml)");
});
