import { expect, test } from "vitest";
import { faultLines, stackText } from "./example.ts";

test.each([
  [
    "a name",
    { virtual_ip: "virtual_ip: { address: vip.example }" },
    [
      "stack.yml:8:24  virtual_ip.address: vip.example is not an address: it is a name. Give an IPv4 or IPv6 address such as 10.0.0.30.",
    ],
  ],
  [
    "a multicast address",
    { virtual_ip: "virtual_ip: { address: 224.0.0.18 }" },
    [
      "stack.yml:8:24  virtual_ip.address: 224.0.0.18 is a multicast address. Give the address of one machine, such as 10.0.0.30.",
    ],
  ],
  [
    "a host's address",
    { virtual_ip: "virtual_ip: { address: 10.0.0.31 }" },
    ["stack.yml:8:24  virtual_ip.address: 10.0.0.31 is an address of db1. Give an address that no machine has."],
  ],
  [
    "a host's private address in another spelling",
    {
      db1: "  db1: { address: 10.0.0.31, private_address: 'fd00::31', tiers: [database] }",
      virtual_ip: "virtual_ip: { address: 'fd00:0::31' }",
    },
    [
      "stack.yml:8:24  virtual_ip.address: fd00:0::31 (fd00::31) is an address of db1. Give an address that no machine has.",
    ],
  ],
  [
    "an address outside the balancers' subnet",
    { virtual_ip: "virtual_ip: { address: 10.0.1.100 }" },
    [
      "stack.yml:8:24  virtual_ip.address: 10.0.1.100 is outside 10.0.0.0/24, the subnet of the balancer web1 (10.0.0.11). Give an unused address of 10.0.0.0/24, or set virtual_ip.prefix (now 24) to the length of their subnet.",
    ],
  ],
  ["the same with a prefix that takes it in", { virtual_ip: "virtual_ip: { address: 10.0.1.100, prefix: 16 }" }, []],
  [
    "an address that a long prefix leaves out",
    { virtual_ip: "virtual_ip: { address: 10.0.0.100, prefix: 28 }" },
    [
      "stack.yml:8:24  virtual_ip.address: 10.0.0.100 is outside 10.0.0.0/28, the subnet of the balancer web1 (10.0.0.11). Give an unused address of 10.0.0.0/28, or set virtual_ip.prefix (now 28) to the length of their subnet.",
    ],
  ],
  [
    "a second balancer in another subnet",
    { web2: "  web2: { address: 10.0.9.12, tiers: [loadbalancer, web] }" },
    [
      "stack.yml:8:24  virtual_ip.address: 10.0.0.100 is outside 10.0.9.0/24, the subnet of the balancer web2 (10.0.9.12). Give an unused address of 10.0.9.0/24, or set virtual_ip.prefix (now 24) to the length of their subnet.",
    ],
  ],
  ["other hosts in other subnets", { app1: "  app1: { address: 10.0.9.21, tiers: [app] }" }, []],
  [
    "an IPv6 virtual IP outside the default prefix of 64",
    {
      web1: "  web1: { address: 'fd00::11', tiers: [loadbalancer, web] }",
      web2: "  web2: { address: 'fd00::12', tiers: [loadbalancer, web] }",
      virtual_ip: "virtual_ip: { address: 'fd00:0:0:1::100' }",
    },
    [
      "stack.yml:8:24  virtual_ip.address: fd00:0:0:1::100 is outside fd00::/64, the subnet of the balancer web1 (fd00::11). Give an unused address of fd00::/64, or set virtual_ip.prefix (now 64) to the length of their subnet.",
    ],
  ],
  [
    "IPv6 before IPv4 balancers",
    { virtual_ip: "virtual_ip: { address: 'fd00::100' }" },
    [
      "stack.yml:8:24  virtual_ip.address: fd00::100 is an IPv6 address, but the balancer web1 has the IPv4 address 10.0.0.11. Give an unused IPv4 address of the balancers' subnet.",
    ],
  ],
  [
    "IPv4 before an IPv6 balancer",
    { web1: "  web1: { address: 'fd00::11', tiers: [loadbalancer, web] }" },
    [
      "stack.yml:8:24  virtual_ip.address: 10.0.0.100 is an IPv4 address, but the balancer web1 has the IPv6 address fd00::11. Give an unused IPv6 address of the balancers' subnet.",
    ],
  ],
  [
    "the network address",
    { virtual_ip: "virtual_ip: { address: 10.0.0.0 }" },
    [
      "stack.yml:8:24  virtual_ip.address: 10.0.0.0 is the network address of 10.0.0.0/24. Give another address of it, or set virtual_ip.prefix to the length of the balancers' subnet.",
    ],
  ],
  [
    "the broadcast address",
    { virtual_ip: "virtual_ip: { address: 10.0.0.255 }" },
    [
      "stack.yml:8:24  virtual_ip.address: 10.0.0.255 is the broadcast address of 10.0.0.0/24. Give another address of it, or set virtual_ip.prefix to the length of the balancers' subnet.",
    ],
  ],
  ["the same address where the subnet is wider", { virtual_ip: "virtual_ip: { address: 10.0.0.255, prefix: 16 }" }, []],
  [
    "the anycast address of an IPv6 subnet",
    {
      web1: "  web1: { address: 'fd00::11', tiers: [loadbalancer, web] }",
      web2: "  web2: { address: 'fd00::12', tiers: [loadbalancer, web] }",
      virtual_ip: "virtual_ip: { address: 'fd00::' }",
    },
    [
      "stack.yml:8:24  virtual_ip.address: fd00:: is the subnet-router anycast address of fd00::/64. Give another address of it, or set virtual_ip.prefix to the length of the balancers' subnet.",
    ],
  ],
  [
    "a prefix longer than IPv4 has bits",
    { virtual_ip: "virtual_ip: { address: 10.0.0.100, prefix: 33 }" },
    [
      "stack.yml:8:44  virtual_ip.prefix: /33 is longer than the IPv4 address 10.0.0.100. Give a prefix length from 1 to 32; the default is 24.",
    ],
  ],
])("the virtual IP: %s", (_title, changes, expected) => {
  expect(faultLines(stackText(changes))).toEqual(expected);
});
