import { expect, test } from "vitest";
import { faultLines, stackText } from "./example.ts";

test.each([
  [
    "malformed and overlapping networks",
    {
      more: "firewall:\n  ssh_from: [10.0.0.0/33, 10.0.0.1/8, 10.0.0.1, office, 10.0.0.0/8, 10.1.0.0/16]\n  metrics_from: ['fd00::/129', 'fd00::1/64', 'fd00:1::/32', 'fd00::/8']",
    },
    [
      "stack.yml:13:14  firewall.ssh_from[0]: /33 is longer than an IPv4 address. Give a prefix length from 0 to 32.",
      "stack.yml:13:27  firewall.ssh_from[1]: 10.0.0.1/8 is an address within a network. Give the network, 10.0.0.0/8, or 10.0.0.1/32.",
      "stack.yml:13:39  firewall.ssh_from[2]: 10.0.0.1 has no prefix length. Give a network such as 10.0.0.0/8; one address is 10.0.0.1/32.",
      "stack.yml:13:49  firewall.ssh_from[3]: office is not the address of a network: it is a name. Give one such as 10.0.0.0/8.",
      "stack.yml:13:69  firewall.ssh_from[5]: 10.1.0.0/16 overlaps 10.0.0.0/8. Keep only 10.0.0.0/8.",
      "stack.yml:14:18  firewall.metrics_from[0]: /129 is longer than an IPv6 address. Give a prefix length from 0 to 128.",
      "stack.yml:14:32  firewall.metrics_from[1]: fd00::1/64 is an address within a network. Give the network, fd00::/64, or fd00::1/128.",
      "stack.yml:14:61  firewall.metrics_from[3]: fd00::/8 overlaps fd00:1::/32. Keep only fd00::/8.",
    ],
  ],
  [
    "the same network twice",
    { more: "firewall: { metrics_from: [10.0.0.0/8, 10.0.0.0/8] }" },
    ["stack.yml:12:40  firewall.metrics_from[1]: 10.0.0.0/8 overlaps 10.0.0.0/8. Keep only 10.0.0.0/8."],
  ],
  [
    "the same network for two purposes, and everywhere",
    { more: "firewall: { ssh_from: [10.0.0.0/8, 'fd00::/8'], metrics_from: [10.0.0.0/8, '::/0'] }" },
    [],
  ],
  [
    "nobody who may log in",
    { more: "firewall: { ssh_from: [] }" },
    ["stack.yml:12:23  firewall.ssh_from: The list is empty: nobody could log in. Name your network, or leave it out."],
  ],
  ["nobody who may read metrics", { more: "firewall: { metrics_from: [] }" }, []],
])("networks: %s", (_title, changes, expected) => {
  expect(faultLines(stackText(changes))).toEqual(expected);
});
