import { describe, expect, test } from "vitest";
import type { CheckedFacts } from "../../src/preflight/facts.ts";
import { judgeSystem } from "../../src/preflight/system.ts";
import { stackText, validStack } from "../stack/example.ts";
import { factsOf, hostOf, lines, shop } from "./examples.ts";

const app1 = hostOf("app1");
const db1 = hostOf("db1");
const judge = (changes: Partial<CheckedFacts>, host = app1, stack = shop) =>
  judgeSystem(stack, host, factsOf(host, changes));
const OLD_SYSTEM = "Use Debian 12 or newer, or Ubuntu 24.04 or newer.";

test("a fit host has no faults", () => {
  expect(judge({})).toEqual([]);
  expect(judge({}, db1)).toEqual([]);
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
    const expected =
      found === undefined ? [] : [{ kind: "fault", host: "app1", message: `app1 runs ${found}.`, next: OLD_SYSTEM }];
    expect(judge({ distribution, version })).toEqual(expected);
  });
});

describe("Python", () => {
  const versions: [python: string | undefined, message: string | undefined][] = [
    ["3.8.0", undefined],
    ["3.13.5", undefined],
    ["4.0.0", undefined],
    ["3.7.17", "fault app1: app1 has Python 3.7.17, 3.8 is needed."],
    ["2.7.18", "fault app1: app1 has Python 2.7.18, 3.8 is needed."],
    [undefined, "fault app1: app1 has no /usr/bin/python3."],
  ];
  test.each(versions)("%s", (python, message) => {
    expect(lines(judge({ python }))).toEqual(message === undefined ? [] : [message]);
  });

  test("the advice reaches the host on its own port", () => {
    const line = "  app1: { address: 10.0.0.21, tiers: [app], ssh: { user: ops, port: 2222 } }";
    const stack = validStack(stackText({ app1: line }));
    const [fault] = judge({ python: undefined }, hostOf("app1", stack), stack);
    expect(fault?.next).toBe("ssh -t -p 2222 ops@10.0.0.21 sudo apt-get install --yes python3");
  });
});

describe("sudo", () => {
  test("a user who may not use it", () => {
    expect(judge({ sudo: "none" })).toEqual([
      {
        kind: "fault",
        host: "app1",
        message: "dora may not become root on app1: there is no sudo, or it does not know that user.",
        next: "As root on app1: apt-get install --yes sudo && echo 'dora ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/90-quintet && chmod 440 /etc/sudoers.d/90-quintet",
      },
    ]);
  });

  test.each(["root", "passwordless", "password"] as const)("%s: nothing that could be known yet", (sudo) => {
    expect(judge({ sudo })).toEqual([]);
  });
});

test("room on the disk", () => {
  expect(judge({ freeMb: undefined })).toEqual([]);
  expect(judge({ varFreeMb: 512 })).toEqual([]);
  expect(judge({ freeMb: 1023 })).toEqual([
    {
      kind: "fault",
      host: "app1",
      message: "app1 has 1023 MiB free on /, 1024 MiB are needed.",
      next: "Make room: ssh -t dora@10.0.0.21 'sudo apt-get clean; sudo du -xh / | sort -h | tail'",
    },
  ]);
  expect(lines(judge({ varFreeMb: 511 }))).toEqual(["fault app1: app1 has 511 MiB free on /var, 512 MiB are needed."]);
});

describe("memory", () => {
  const pool = (mb: number | undefined) =>
    validStack(stackText({ database: `database: { name: shop${mb === undefined ? "" : `, buffer_pool_mb: ${mb}`} }` }));
  const table: [memoryMb: number | undefined, poolMb: number | undefined, line: string | undefined][] = [
    [undefined, 4096, undefined],
    [528, undefined, undefined],
    [527, undefined, "fault db1: db1 has 527 MiB of memory; mysql with a buffer pool of 128 MiB needs 528 MiB."],
    [656, 256, undefined],
    [655, 256, "fault db1: db1 has 655 MiB of memory; mysql with a buffer pool of 256 MiB needs 656 MiB."],
    [4096, 3200, undefined],
    [4096, 3300, "warning db1: The buffer pool of 3300 MiB is more than four fifths of db1's memory (4096 MiB)."],
  ];
  test.each(table)("%s MiB, a buffer pool of %s MiB", (memoryMb, poolMb, line) => {
    const stack = pool(poolMb);
    expect(lines(judge({ memoryMb }, hostOf("db1", stack), stack))).toEqual(line === undefined ? [] : [line]);
  });

  test("what would fit is said", () => {
    const stack = pool(1024);
    const next = (memoryMb: number) => judge({ memoryMb }, hostOf("db1", stack), stack)[0]?.next;
    expect(next(1000)).toBe("Set database.buffer_pool_mb to 576 or less, or give db1 more memory.");
    expect(next(420)).toBe("Give db1 more memory.");
  });

  test("other hosts", () => {
    expect(judge({ memoryMb: 400 })).toEqual([]);
    expect(lines(judge({ memoryMb: 399 }))).toEqual(["fault app1: app1 has 399 MiB of memory, 400 MiB are needed."]);
  });
});

test("Debian stable has no MySQL, everything else that may be asked for is there", () => {
  const on = (database: string, facts: Partial<CheckedFacts>) => {
    const stack = validStack(stackText({ database }));
    return lines(judge(facts, hostOf("db1", stack), stack));
  };
  const debian = { distribution: "debian", version: "13" };
  expect(on("database: { name: shop }", debian)).toEqual(["fault db1: Debian 13 has no MySQL, only MariaDB."]);
  expect(on("database: { name: shop }", { distribution: "debian", version: undefined })).toEqual([]);
  expect(on("database: { name: shop }", {})).toEqual([]);
  expect(on("database: { name: shop, engine: mariadb }", debian)).toEqual([]);
  expect(on("database: { name: shop, packages: oracle }", debian)).toEqual([]);
  expect(judge(debian)).toEqual([]);
});
