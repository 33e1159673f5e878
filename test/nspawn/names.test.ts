import { expect, test } from "vitest";
import { bridgeName, linkName, machineName, tableName, unitName } from "../../src/machines/nspawn/names.ts";

test("names of a rehearsal", () => {
  expect(machineName("shop", "web1")).toBe("shop.web1");
  expect(linkName("shop.web1")).toBe("vb-shop.web1");
  expect(unitName("shop.web1")).toBe("quintet-shop.web1");
  expect(tableName("shop")).toBe("quintet-shop");
});

test("hyphens do not make two machines of two rehearsals one", () => {
  expect(machineName("a-b", "c")).not.toBe(machineName("a", "b-c"));
});

test.each([
  ["shop", "qb-shop"],
  ["quintet-test", "qb-quintet-test"],
  ["a-long-rehearsal", "qb-a-lon-85cd5a"],
  ["a-long-rehearsal-2", "qb-a-lon-8b3e99"],
])("the bridge of %s fits into an interface name", (name, bridge) => {
  expect(bridgeName(name)).toBe(bridge);
  expect(bridge.length).toBeLessThanOrEqual(15);
});

test("the longest names make a machine name of 64 characters that still begins with its rehearsal's", () => {
  const name = machineName("s".repeat(32), "h".repeat(32));
  expect(name).toHaveLength(64);
  expect(name.startsWith(`${"s".repeat(32)}.hhh`)).toBe(true);
  expect(name).not.toBe(machineName("s".repeat(32), `${"h".repeat(31)}i`));
});
