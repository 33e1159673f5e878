import { expect, test } from "vitest";
import { judgeConnection } from "../../src/preflight/connection.ts";
import { stackText, validStack } from "../stack/example.ts";
import { factsOf, hostOf, lines } from "./examples.ts";

function judge(client: string, serverPort: number, from?: string) {
  const stack = validStack(stackText(from === undefined ? {} : { more: `firewall: { ssh_from: [${from}] }` }));
  const host = hostOf("app1", stack);
  return judgeConnection(stack, host, factsOf(host, { connection: { client, serverPort } }));
}

const table: [client: string, port: number, from: string | undefined, lines: string[]][] = [
  ["10.0.0.1", 22, undefined, []],
  ["10.0.0.1", 22, "10.0.0.0/24", []],
  ["10.0.0.1", 22, '192.0.2.0/24, "fd00::/8", 10.0.0.1/32', []],
  ["fd00::5", 22, '"fd00::/8"', []],
  [
    "10.0.0.1",
    22,
    "192.0.2.0/24",
    [
      "fault app1: You reach app1 from 10.0.0.1, and firewall.ssh_from (192.0.2.0/24) does not have that address: you would lock yourself out.",
    ],
  ],
  [
    "fd01::5",
    22,
    '"fd00::/16"',
    [
      "fault app1: You reach app1 from fd01::5, and firewall.ssh_from (fd00::/16) does not have that address: you would lock yourself out.",
    ],
  ],
  [
    "10.0.0.1",
    2222,
    undefined,
    [
      "fault app1: sshd on app1 was reached at its port 2222, but stack.yml says 22: the packet filter would open 22 and lock you out.",
    ],
  ],
];

test.each(table)("from %s to port %s, ssh_from %s", (client, port, from, expected) => {
  expect(lines(judge(client, port, from))).toEqual(expected);
});

test("what would let one in", () => {
  expect(judge("10.0.0.1", 22, "192.0.2.0/24")[0]?.next).toBe(
    "Add 10.0.0.1/32, or its network, to firewall.ssh_from in stack.yml.",
  );
  expect(judge("fd01::5", 22, "192.0.2.0/24")[0]?.next).toContain("Add fd01::5/128,");
});

test("a host that does not say how it was reached", () => {
  const stack = validStack(stackText({ more: "firewall: { ssh_from: [192.0.2.0/24] }" }));
  const host = hostOf("app1", stack);
  expect(judgeConnection(stack, host, factsOf(host, { connection: undefined }))).toEqual([]);
});
