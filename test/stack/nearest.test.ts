import { expect, test } from "vitest";
import { nearest } from "../../src/stack/nearest.ts";

const KNOWN = ["name", "hosts", "ssh", "virtual_ip", "site", "routes", "app", "database", "checks", "firewall"];

test.each([
  ["databse", "database"],
  ["Database", "database"],
  ["dtaabase", "database"],
  ["virtual-ip", "virtual_ip"],
  ["virtualip", "virtual_ip"],
  ["host", "hosts"],
  ["nmae", "name"],
  ["shs", "ssh"],
  ["x", undefined],
  ["", undefined],
  ["kubernetes", undefined],
  ["database".repeat(10), undefined],
])("%s -> %s", (word, expected) => {
  expect(nearest(word, KNOWN)).toBe(expected);
});
