import { describe, expect, test } from "vitest";
import { judgeHosts } from "../../src/preflight/judge.ts";
import type { HostFacts } from "../../src/preflight/probe.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { stackText, validStack } from "../stack/example.ts";

const FIT: HostFacts = {
  distribution: "ubuntu",
  version: "24.04",
  codename: "noble",
  python: "3.12.3",
  root: true,
  freeMb: 1024,
  holdsVirtualIp: false,
  virtualIpNeighbour: undefined,
};
const shop = validStack(stackText());
const OLD_SYSTEM = "Use Debian 12 or newer, or Ubuntu 24.04 or newer.";

/** Every host is fit, but for what is said here of some. */
function factsOf(stack: Stack, unfit: Record<string, Partial<HostFacts>>): Map<string, HostFacts> {
  return new Map(stack.hosts.map(({ name }) => [name, { ...FIT, ...unfit[name] }]));
}

function judge(unfit: Record<string, Partial<HostFacts>>, stack = shop): string[] {
  return judgeHosts(stack, factsOf(stack, unfit)).map(({ host, message }) => `${host}: ${message}`);
}

test("fit hosts have no faults", () => {
  expect(judge({})).toEqual([]);
});

describe("the system", () => {
  const systems: [distribution: string | undefined, version: string | undefined, found: string | undefined][] = [
    ["debian", "12", undefined],
    ["debian", "13", undefined],
    ["debian", undefined, undefined], // testing and unstable
    ["ubuntu", "24.04", undefined],
    ["ubuntu", "22.04", "ubuntu 22.04"],
    ["ubuntu", "26.04", undefined],
    ["debian", "11", "debian 11"],
    ["ubuntu", "20.04", "ubuntu 20.04"],
    ["ubuntu", undefined, "ubuntu"],
    ["alpine", "3.20.1", "alpine 3.20.1"],
    ["linuxmint", "22", "linuxmint 22"],
    [undefined, undefined, "an unknown system"],
  ];
  test.each(systems)("%s %s", (distribution, version, found) => {
    const faults = judgeHosts(shop, factsOf(shop, { app1: { distribution, version } }));
    expect(faults).toEqual(
      found === undefined
        ? []
        : [{ host: "app1", message: `app1 runs ${found}.`, step: "Check the hosts", exitCode: 3, next: OLD_SYSTEM }],
    );
  });
});

describe("Python", () => {
  const versions: [python: string | undefined, message: string | undefined][] = [
    ["3.8.0", undefined],
    ["3.13.5", undefined],
    ["4.0.0", undefined],
    ["3.7.17", "app1: app1 has Python 3.7.17, 3.8 is needed."],
    ["2.7.18", "app1: app1 has Python 2.7.18, 3.8 is needed."],
    [undefined, "app1: app1 has no /usr/bin/python3."],
  ];
  test.each(versions)("%s", (python, message) => {
    expect(judge({ app1: { python } })).toEqual(message === undefined ? [] : [message]);
  });

  test("the advice reaches the host on its own port", () => {
    const app1 = "  app1: { address: 10.0.0.21, tiers: [app], ssh: { user: ops, port: 2222 } }";
    const stack = validStack(stackText({ app1 }));
    const [fault] = judgeHosts(stack, factsOf(stack, { app1: { python: undefined } }));
    expect(fault?.next).toBe("ssh -p 2222 ops@10.0.0.21 sudo apt-get install --yes python3");
  });
});

test("a user who may not become root", () => {
  const [fault, ...others] = judgeHosts(shop, factsOf(shop, { db1: { root: false } }));
  expect(others).toEqual([]);
  expect(fault).toMatchObject({
    host: "db1",
    message: "dora may not become root on db1 without a password.",
    next: "As root on db1: echo 'dora ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/90-quintet && chmod 440 /etc/sudoers.d/90-quintet",
  });
});

test("room on the disk", () => {
  expect(judge({ app1: { freeMb: undefined } })).toEqual([]);
  const [fault, ...others] = judgeHosts(shop, factsOf(shop, { app1: { freeMb: 1023 } }));
  expect(others).toEqual([]);
  expect(fault).toMatchObject({
    host: "app1",
    message: "app1 has 1023 MiB free on /, 1024 MiB are needed.",
    next: "Make room: ssh dora@10.0.0.21 'sudo apt-get clean; sudo du -xh / | sort -h | tail'",
  });
});

test("Debian stable has no MySQL, everything else that may be asked for is there", () => {
  const on = (database: string, db1: Partial<HostFacts>) => judge({ db1 }, validStack(stackText({ database })));
  const debian = { distribution: "debian", version: "13" };
  expect(on("database: { name: shop }", debian)).toEqual(["db1: Debian 13 has no MySQL, only MariaDB."]);
  expect(on("database: { name: shop }", { distribution: "debian", version: undefined })).toEqual([]);
  expect(on("database: { name: shop }", {})).toEqual([]);
  expect(on("database: { name: shop, engine: mariadb }", debian)).toEqual([]);
  expect(on("database: { name: shop, packages: oracle }", debian)).toEqual([]);
  expect(judge({ app1: debian })).toEqual([]);
});

describe("the virtual IP", () => {
  const neighbour = { virtualIpNeighbour: "02:00:00:00:00:99" };
  const inUse = "The virtual IP 10.0.0.100 is in use: 02:00:00:00:00:99 answers for it, and that is neither balancer.";

  test("answers from a third machine", () => {
    expect(judge({ web1: neighbour, web2: neighbour })).toEqual([`web1: ${inUse}`]);
    expect(judge({ web2: neighbour })).toEqual([`web2: ${inUse}`]);
  });

  test("answers from the other balancer", () => {
    expect(judge({ web1: { holdsVirtualIp: true }, web2: neighbour })).toEqual([]);
  });

  test("answers while a balancer could not be asked: it may be that one", () => {
    const facts = factsOf(shop, { web2: neighbour });
    facts.delete("web1");
    expect(judgeHosts(shop, facts)).toEqual([]);
  });
});

test("all faults of all hosts, in the order of stack.yml", () => {
  expect(judge({ db1: { root: false }, web1: { python: undefined, freeMb: 3, distribution: "fedora" } })).toEqual([
    "web1: web1 runs fedora 24.04.",
    "web1: web1 has no /usr/bin/python3.",
    "web1: web1 has 3 MiB free on /, 1024 MiB are needed.",
    "db1: dora may not become root on db1 without a password.",
  ]);
});

test("a host that could not be asked is nobody's second fault", () => {
  expect(judgeHosts(shop, new Map())).toEqual([]);
});
