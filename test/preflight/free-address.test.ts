import { expect, test } from "vitest";
import { candidates, findFreeAddress } from "../../src/preflight/free-address.ts";
import type { Session } from "../../src/remote/session.ts";
import { isNetwork, readNetwork } from "../../src/stack/addresses.ts";
import { localSession } from "./local-session.ts";

function first(network: string, exclude: string[] = []): string | undefined {
  const read = readNetwork(network);
  if (!isNetwork(read)) throw new Error(network);
  return candidates(read, exclude)[0];
}

const table: [network: string, exclude: string[], first: string | undefined][] = [
  ["10.0.0.0/24", [], "10.0.0.250"],
  ["10.0.0.0/24", ["10.0.0.250", "10.0.0.248"], "10.0.0.249"],
  ["10.0.0.0/16", [], "10.0.255.250"],
  ["10.0.0.8/29", [], "10.0.0.14"],
  ["10.0.0.8/29", ["10.0.0.14", "10.0.0.13", "10.0.0.12", "10.0.0.11", "10.0.0.10", "10.0.0.9"], undefined],
  ["10.0.0.8/31", [], undefined],
  ["10.0.0.8/32", [], undefined],
  ["fd00:1::/64", [], "fd00:1::100"],
  ["fd00:1::/64", ["fd00:1:0:0::100"], "fd00:1::ff"],
  ["fd00:1::/120", [], "fd00:1::fa"],
];

test.each(table)("%s without %s: %s", (network, exclude, expected) => {
  expect(first(network, exclude)).toBe(expected);
});

test("an address that somebody answers for is passed over, in a second round too", async () => {
  const rounds: string[][] = [];
  const session: Session = {
    ...localSession(),
    run: async (argv) => {
      const asked = argv.slice(3);
      rounds.push(asked);
      return { exitCode: 0, stderr: "", stdout: rounds.length === 1 ? "\n" : `${asked[1]}\n${asked[2]}\n` };
    },
  };
  const found = await findFreeAddress(session, { network: "10.0.0.0/24", interface: "eth0", exclude: [] });
  expect(rounds.map(([one]) => one)).toEqual(["10.0.0.250", "10.0.0.234"]);
  expect(found).toBe("10.0.0.233");
});

test("an interface that is not in the network has no free address there", async () => {
  const question = { network: "198.51.100.0/24", interface: "lo", exclude: [] };
  expect(await findFreeAddress(localSession(), question)).toBe(undefined);
});

test("what is no network has no free address", async () => {
  expect(await findFreeAddress(localSession(), { network: "shop", interface: "lo", exclude: [] })).toBe(undefined);
});
