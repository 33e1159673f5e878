import { expect, test } from "vitest";
import { isHeld, judgeVirtualIp } from "../../src/preflight/virtual-ip.ts";
import { factsOf, lines, shop } from "./examples.ts";

const inUse = "The virtual IP 10.0.0.100 is in use: 02:00:00:00:00:99 answers for it, and that is neither balancer.";
const MAC = "02:00:00:00:00:99";

/** `holder`: who has the virtual IP; `answered`: who got an answer for it. */
function judge(holder: string | undefined, answered: string[], unasked?: string) {
  const facts = new Map(
    shop.hosts.map((host) => [
      host.name,
      factsOf(
        host,
        host.name === holder
          ? { interfaces: [{ name: "eth0", addresses: [{ address: "10.0.0.100", prefix: 32 }] }] }
          : {},
      ),
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
  ["another host's of the stack", ["app1", ["web1"]], false, [`fault web1: ${inUse}`]],
];

test.each(table)("%s", (_, args, held, expected) => {
  expect(judge(...args)).toEqual({ held, said: expected });
});
