import { expect, test } from "vitest";
import { isRehearsed } from "../../src/machines/rehearsed.ts";
import { host, stack } from "./example.ts";

const bridge = { address: "10.77.9.1", netmask: "255.255.255.0", mac: "", internal: false, family: "IPv4" as const };
const up = { "qb-shop": [{ ...bridge, cidr: "10.77.9.1/24" }] };
const shop = (...addresses: readonly string[]) =>
  stack(addresses.map((address, index) => host(`web${index}`, address)));

test("hosts behind the bridge of their stack are rehearsal machines", () => {
  expect(isRehearsed(shop("10.77.9.11", "10.77.9.12"), up)).toBe(true);
});

test.each([
  ["no bridge", shop("10.77.9.11"), {}],
  ["another stack's bridge", shop("10.77.9.11"), { "qb-other": up["qb-shop"] }],
  ["real hosts of a stack that is rehearsed under the same name", shop("192.0.2.11", "192.0.2.12"), up],
  ["one host elsewhere", shop("10.77.9.11", "192.0.2.12"), up],
  ["an IPv6 host", shop("fd00::11"), up],
])("%s: no rehearsal", (_, found, interfaces) => {
  expect(isRehearsed(found, interfaces)).toBe(false);
});
