import { expect, test } from "vitest";
import { judgeAddresses, vrrpInterface } from "../../src/preflight/addresses.ts";
import type { Interface } from "../../src/preflight/facts.ts";
import { stackText, validStack } from "../stack/example.ts";
import { factsOf, hostOf, lines } from "./examples.ts";

const on = (name: string, ...addresses: string[]): Interface => ({
  name,
  addresses: addresses.map((text) => {
    const [address = "", prefix] = text.split("/");
    return { address, prefix: Number(prefix ?? 24) };
  }),
});

function judge(host: string, interfaces: Interface[], changes: Parameters<typeof stackText>[0] = {}) {
  const stack = validStack(stackText(changes));
  return judgeAddresses(stack, hostOf(host, stack), factsOf(hostOf(host, stack), { interfaces }));
}

const named = { virtual_ip: "virtual_ip: { address: 10.0.0.100, interface: eth1 }" };
const behind = { app1: "  app1: { address: 192.0.2.21, private_address: 10.0.0.21, tiers: [app] }" };
const web1Behind = {
  web1: "  web1: { address: 10.0.0.11, private_address: 10.9.0.11, tiers: [loadbalancer, web] }",
};

const table: [what: string, args: Parameters<typeof judge>, lines: string[]][] = [
  ["as it should be", ["web1", [on("eth0", "10.0.0.11")]], []],
  ["the virtual IP beside it", ["web1", [on("eth0", "10.0.0.11", "10.0.0.100/32")]], []],
  ["a host that cannot list its interfaces", ["web1", []], []],
  ["the interface that is named", ["web1", [on("eth1", "10.0.0.11")], named], []],
  [
    "an interface that is not there",
    ["web1", [on("eth0", "10.0.0.11")], named],
    ["fault web1: web1 has no interface eth1."],
  ],
  [
    "the wrong interface",
    ["web1", [on("eth0", "10.0.0.11"), on("eth1", "10.9.0.1")], named],
    ["fault web1: virtual_ip.interface is eth1, but web1 has its address 10.0.0.11 on eth0."],
  ],
  ["the interface of a host that is no balancer", ["app1", [on("eth0", "10.0.0.21")], named], []],
  [
    "a virtual IP that is not on the interface's network",
    ["web1", [on("eth0", "10.0.0.11/28")]],
    ["warning web1: The virtual IP 10.0.0.100 is in none of the networks of eth0 on web1 (10.0.0.0/28)."],
  ],
  [
    "a network that only the virtual IP itself brings",
    ["web1", [on("eth0", "10.0.0.11/32", "10.0.0.100/32")]],
    ["warning web1: The virtual IP 10.0.0.100 is in none of the networks of eth0 on web1 (10.0.0.11/32)."],
  ],
  ["an address that is translated, with a private one", ["app1", [on("eth0", "10.0.0.21")], behind], []],
  [
    "a private address that is another host's",
    ["app1", [on("eth0", "10.0.0.99")], behind],
    ["fault app1: app1 does not have the address 10.0.0.21."],
  ],
  [
    "an address that is translated, without a private one",
    ["app1", [on("eth0", "10.0.0.99")]],
    ["fault app1: app1 does not itself have the address 10.0.0.21: something translates it."],
  ],
  [
    "a balancer's address that is translated",
    ["web1", [on("eth0", "10.9.0.11")]],
    ["fault web1: web1 does not itself have the address 10.0.0.11: something translates it."],
  ],
  [
    "a balancer's address that is translated, with a private one",
    ["web1", [on("eth0", "10.9.0.11")], web1Behind],
    ["fault web1: web1 does not itself have the address 10.0.0.11, and keepalived has to send from it."],
  ],
];

test.each(table)("%s", (_, args, expected) => {
  expect(lines(judge(...args))).toEqual(expected);
});

test("VRRP goes through the interface that is named, else through the address's", () => {
  const interfaces = [on("eth0", "10.0.0.11"), on("eth1")];
  const plain = validStack(stackText());
  const facts = factsOf(hostOf("web1", plain), { interfaces });
  expect(vrrpInterface(plain, hostOf("web1", plain), facts)?.name).toBe("eth0");
  expect(vrrpInterface(validStack(stackText(named)), hostOf("web1", plain), facts)?.name).toBe("eth1");
  expect(vrrpInterface(plain, hostOf("web2", plain), facts)).toBe(undefined);
});
