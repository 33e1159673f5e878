import { expect, test } from "vitest";
import { mixOf } from "../../../src/verify/load/mix.ts";

const all = { static: "/style.css", dynamic: "/", write: "/writes" };
const share = (checks: Parameters<typeof mixOf>[0], key: "kind" | "connection") => {
  const mix = mixOf(checks);
  const groups = [...Map.groupBy(mix, (slot) => slot[key])];
  return Object.fromEntries(groups.map(([one, slots]) => [one, slots.length / mix.length]));
};

test("mostly reads, mostly new connections", () => {
  expect(share(all, "kind")).toEqual({ static: 0.4, read: 0.4, write: 0.2 });
  expect(share(all, "connection")).toEqual({ new: 0.75, kept: 0.15, http2: 0.1 });
});

test("each kind goes to its path, on each sort of connection", () => {
  for (const [kind, path] of [
    ["static", "/style.css"],
    ["read", "/"],
    ["write", "/writes"],
  ]) {
    const slots = mixOf(all).filter((slot) => slot.kind === kind);
    expect(new Set(slots.map((slot) => slot.path))).toEqual(new Set([path]));
    expect(new Set(slots.map((slot) => slot.connection)).size).toBeGreaterThan(1);
  }
});

test("no kind is without an answer for long", () => {
  const mix = mixOf(all);
  for (const [kind, most] of Object.entries({ static: 3, read: 4, write: 5 })) {
    const at = [...mix, ...mix].flatMap((slot, index) => (slot.kind === kind ? [index] : []));
    expect(Math.max(...at.slice(1).map((index, before) => index - (at[before] ?? 0)))).toBeLessThanOrEqual(most);
  }
});

test("a kind without a path is left out, not made of another", () => {
  expect(share({ dynamic: "/", static: undefined, write: undefined }, "kind")).toEqual({ read: 1 });
});
