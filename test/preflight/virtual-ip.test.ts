import { expect, test } from "vitest";
import { isHeld, judgeVirtualIp } from "../../src/preflight/virtual-ip.ts";
import { factsOf, lines, shop } from "./examples.ts";

const inUse = "The virtual IP 10.0.0.100 is in use: 02:00:00:00:00:99 answers for it, and that is neither balancer.";
const MAC = "02:00:00:00:00:99";

/** `holder`: who has the virtual IP; `answered`: who got an answer for it; `from`: whose address the answer came from. */
function judge(holder: string | undefined, answered: string[], unasked?: string, from?: string) {
  const facts = new Map(
    shop.hosts.map((host) => [
      host.name,
      factsOf(host, {
        interfaces: [
          {
            name: "eth0",
            hardwareAddress: host.name === from ? MAC : "02:00:00:00:00:01",
            addresses: [{ address: host.name === holder ? "10.0.0.100" : host.address, prefix: 32 }],
          },
        ],
      }),
    ]),
  );
  if (unasked !== undefined) facts.delete(unasked);
  return {
    held: isHeld(shop, facts),
    said: lines(judgeVirtualIp(shop, facts, new Map(answered.map((name) => [name, MAC])))),
  };
}

const table: [what: string, args: Parameters<typeof judge>, held: boolean | undefined, lines: string[]][] = [
  ["free", [undefined, []], false, []],
  ["a third machine's", [undefined, ["web1", "web2"]], false, [`fault web1: ${inUse}`]],
  ["seen by one balancer", [undefined, ["web2"]], false, [`fault web2: ${inUse}`]],
  ["the other balancer's", ["web1", ["web2"]], true, []],
  ["perhaps a balancer's that could not be asked", [undefined, ["web2"], "web1"], undefined, []],
  ["a balancer's that took it over meanwhile", [undefined, ["web1"], undefined, "web2"], false, []],
  [
    "another host's of the stack, by what answered",
    [undefined, ["web1"], undefined, "app1"],
    false,
    [`fault web1: ${inUse}`],
  ],
  ["another host's of the stack", ["app1", ["web1"]], false, [`fault web1: ${inUse}`]],
];

test.each(table)("%s", (_, args, held, expected) => {
  expect(judge(...args)).toEqual({ held, said: expected });
});
