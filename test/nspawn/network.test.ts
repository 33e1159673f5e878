import { describe, expect, test } from "vitest";
import { QuintetError } from "../../src/errors.ts";
import { findConflict } from "../../src/machines/conflict.ts";
import { nftRules } from "../../src/machines/nspawn/network.ts";
import { planNetwork } from "../../src/machines/nspawn/network-plan.ts";
import { host, stack } from "./example.ts";

const web1 = host("web1", "10.77.9.11");
const plan = planNetwork(stack([web1]));

test("the bridge takes the first address of the subnet that nobody has", () => {
  expect(plan).toMatchObject({ bridge: "qb-shop", table: "quintet-shop", gateway: "10.77.9.1" });
  expect(plan.network.text).toBe("10.77.9.0/24");
  const hosts = [host("a", "10.77.9.1"), { ...host("b", "10.77.9.3"), privateAddress: "10.77.9.4" }];
  expect(planNetwork(stack(hosts, { address: "10.77.9.2" })).gateway).toBe("10.77.9.5");
});

test("the bridge keeps one hardware address, which nobody else's bridge has", () => {
  expect(plan.hardwareAddress).toBe(planNetwork(stack([web1])).hardwareAddress);
  expect(plan.hardwareAddress).toMatch(/^02(:[0-9a-f]{2}){5}$/);
  expect(planNetwork({ ...stack([web1]), name: "other" }).hardwareAddress).not.toBe(plan.hardwareAddress);
});

test.each([
  [
    stack([host("web1", "fd00::1")]),
    {
      message: "Rehearsal machines have IPv4 addresses; fd00::1 is none.",
      host: "web1",
      next: "Give the rehearsal's hosts and its virtual IP IPv4 addresses in stack.yml.",
    },
  ],
  [
    stack([host("web1", "10.77.8.11")]),
    {
      message: "10.77.8.11 is outside of 10.77.9.0/24: rehearsal machines share the virtual IP's subnet.",
      host: "web1",
      next: "Give web1 an address in 10.77.9.0/24, or change virtual_ip.prefix in stack.yml.",
    },
  ],
  [
    stack([host("web1", "10.77.9.101")], { prefix: 30, address: "10.77.9.102" }),
    undefined, // .100 to .103: .101 and .102 are taken
  ],
])("addresses that no rehearsal can have", (wrong, fields) => {
  const fault = catchFault(() => planNetwork(wrong));
  expect(fault.fields).toMatchObject(
    fields ?? { message: "10.77.9.100/30 has no address left for this computer.", exitCode: 3, step: "machines" },
  );
});

function catchFault(work: () => unknown): QuintetError {
  try {
    work();
  } catch (fault) {
    if (fault instanceof QuintetError) return fault;
  }
  throw new Error("no fault");
}

describe("who else uses the subnet", () => {
  const lo = { ifname: "lo", addr_info: [{ local: "127.0.0.1", prefixlen: 8 }] };
  const at = (ifname: string, local: string, prefixlen: number) => [lo, { ifname, addr_info: [{ local, prefixlen }] }];
  test.each([
    ["nobody", [lo], [{ dst: "default", dev: "eth0" }], undefined],
    ["ourselves", at("qb-shop", "10.77.9.1", 24), [{ dst: "10.77.9.0/24", dev: "qb-shop" }], undefined],
    ["another rehearsal", at("qb-x", "10.77.9.1", 24), [], "another rehearsal's bridge qb-x (10.77.9.1/24)"],
    ["a part of it", at("br0", "10.77.9.129", 25), [], "the interface br0 (10.77.9.129/25)"],
    ["all around it", at("eth0", "10.1.2.3", 8), [], "the interface eth0 (10.1.2.3/8)"],
    ["its neighbour", at("eth0", "10.77.8.1", 24), [{ dst: "10.77.8.0/24", dev: "eth0" }], undefined],
    ["a route to it", [lo], [{ dst: "10.77.9.0/24", dev: "tun0" }], "the route to 10.77.9.0/24 through tun0"],
    ["a route to one of it", [lo], [{ dst: "10.77.9.7", dev: "tun0" }], "the route to 10.77.9.7 through tun0"],
    ["a wider route", [lo], [{ dst: "10.0.0.0/8", dev: "tun0" }], undefined],
    ["a blackhole", [lo], [{ dst: "10.77.9.0/25" }], "the route to 10.77.9.0/25"],
  ])("%s", (_, addresses, routes, conflict) => {
    expect(findConflict({ network: plan.network, isOurs: (name) => name === plan.bridge }, addresses, routes)).toBe(
      conflict,
    );
  });
});

test("the table is replaced in one transaction and masks only what leaves the subnet", () => {
  expect(nftRules(plan)).toBe(`table ip quintet-shop {}
delete table ip quintet-shop
table ip quintet-shop {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 10.77.9.0/24 ip daddr != 10.77.9.0/24 masquerade
  }
}
`);
});
