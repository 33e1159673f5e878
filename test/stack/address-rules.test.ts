import { expect, test } from "vitest";
import { faultLines, stackText } from "./example.ts";

test.each([
  [
    "an octet over 255",
    { web1: "  web1: { address: 10.0.0.300, tiers: [loadbalancer, web] }" },
    [
      "stack.yml:3:20  hosts.web1.address: 10.0.0.300 is not an address: 300 is more than 255. Give an IPv4 or IPv6 address such as 10.0.0.30.",
    ],
  ],
  [
    "a malformed private address",
    { app2: "  app2: { address: 10.0.0.22, private_address: app2.example, tiers: [app] }" },
    [
      "stack.yml:6:48  hosts.app2.private_address: app2.example is not an address: it is a name. Give an IPv4 or IPv6 address such as 10.0.0.30.",
    ],
  ],
  [
    "an address that no host can have",
    { web1: "  web1: { address: 127.0.0.1, tiers: [loadbalancer, web] }" },
    [
      "stack.yml:3:20  hosts.web1.address: 127.0.0.1 is a loopback address: each machine is that to itself. Give the address of one machine, such as 10.0.0.30.",
    ],
  ],
  [
    "one address for two hosts",
    { app2: "  app2: { address: 10.0.0.21, tiers: [app] }" },
    ["stack.yml:6:20  hosts.app2.address: 10.0.0.21 is already the address of app1. Give each host its own."],
  ],
  [
    "a private address that is another host's address",
    { app2: "  app2: { address: 10.0.0.22, private_address: 10.0.0.21, tiers: [app] }" },
    ["stack.yml:6:48  hosts.app2.private_address: 10.0.0.21 is already the address of app1. Give each host its own."],
  ],
  [
    "an address that is another host's private address",
    {
      app1: "  app1: { address: 10.0.0.21, private_address: 10.1.0.21, tiers: [app] }",
      app2: "  app2: { address: 10.1.0.21, tiers: [app] }",
    },
    ["stack.yml:6:20  hosts.app2.address: 10.1.0.21 is already the private address of app1. Give each host its own."],
  ],
  [
    "one address in two spellings",
    {
      app1: "  app1: { address: 'fd00::21', tiers: [app] }",
      app2: "  app2: { address: 'FD00:0:0::0021', tiers: [app] }",
    },
    [
      "stack.yml:6:20  hosts.app2.address: FD00:0:0::0021 (fd00::21) is already the address of app1. Give each host its own.",
    ],
  ],
  [
    "a private address that repeats the host's own",
    { app2: "  app2: { address: 10.0.0.22, private_address: 10.0.0.22, tiers: [app] }" },
    [],
  ],
])("addresses of hosts: %s", (_title, changes, expected) => {
  expect(faultLines(stackText(changes))).toEqual(expected);
});
