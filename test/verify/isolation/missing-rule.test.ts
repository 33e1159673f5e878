import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Stack } from "../../../src/stack/stack.ts";
import { liveFilter } from "../../../src/verify/isolation/live-filter.ts";
import { missingRule } from "../../../src/verify/isolation/missing-rule.ts";
import type { Tried } from "../../../src/verify/isolation/probe.ts";
import { fiveHosts } from "../stack.ts";
import { listenOn, sessionIn, whyNoNamespace } from "./namespace.ts";

const reason = await whyNoNamespace();

/** The stack of the golden rendering: the apps are 192.0.2.21 and .22. */
const shop = fiveHosts("/srv/shop");
const five: Stack = { ...shop, hosts: shop.hosts.map((host) => ({ ...host, privateAddress: host.address })) };
const DATABASE = '`ip saddr { 192.0.2.21, 192.0.2.22 } tcp dport 3306 accept comment "database"`';

/** Rules that really stand on a host, read back from the kernel. */
const golden = (host: string) => join(import.meta.dirname, "../../golden/five/roles/host/files", `${host}.nft`);
const loaded = (host: string, ...more: string[]) => [`nft -f ${golden(host)}`, ...more].join("\n");

interface Case {
  readonly from?: string;
  readonly to?: string;
  readonly port: number;
  readonly address?: string;
  readonly is: "open" | "refused" | "dropped";
}

async function named(setup: string, { from = "web1", to = "db1", port, address, is }: Case): Promise<string> {
  const host = five.hosts.find(({ name }) => name === to);
  const source = five.hosts.find(({ name }) => name === from);
  if (host === undefined) throw new Error(to);
  const expected = is === "open" ? "closed" : "open";
  const tried: Tried = { from, to, address: address ?? host.address, port, expected, actual: is };
  const sources = address === undefined ? source && [source.address] : ["fe80::1"];
  return missingRule(five, tried, host, sources, await liveFilter(sessionIn(setup)));
}

describe.skipIf(reason !== undefined)(`the rule that is named${reason === undefined ? "" : `: ${reason}`}`, () => {
  test.each<[string, string, Case, string]>([
    [
      "the table is not loaded",
      "true",
      { port: 3306, is: "open" },
      `db1: inet quintet input: the table is not loaded, so web1 reaches port 3306; for port 3306 there should be ${DATABASE} alone, and a policy of drop`,
    ],
    [
      "the final drop is missing",
      `${loaded("db1")}\nnft 'chain inet quintet input { policy accept; }'`,
      { port: 3306, is: "open" },
      `db1: inet quintet input: the final drop is missing (policy accept), so web1 reaches port 3306; for port 3306 there should be ${DATABASE} alone`,
    ],
    [
      "a rule was put before the others",
      loaded("db1", "nft insert rule inet quintet input tcp dport 3306 accept"),
      { port: 3306, is: "open" },
      `db1: inet quintet input: \`tcp dport 3306 accept\` is too wide: it lets web1 reach port 3306; for port 3306 there should be ${DATABASE} alone`,
    ],
    [
      "a rule for a network, another for a range of ports",
      loaded("db1", "nft add rule inet quintet input ip saddr 192.0.2.0/28 tcp dport 3300-3310 accept"),
      { port: 3306, is: "open" },
      `db1: inet quintet input: \`ip saddr 192.0.2.0/28 tcp dport 3300-3310 accept\` is too wide: it lets web1 reach port 3306; for port 3306 there should be ${DATABASE} alone`,
    ],
    [
      "a port that is no flow, by name of who listens",
      loaded("db1", "nft add rule inet quintet input tcp dport { 33060, 5000 } accept", listenOn("0.0.0.0", 5000)),
      { port: 5000, is: "open", from: "app1" },
      "db1: inet quintet input: `tcp dport { 5000, 33060 } accept` is too wide: it lets app1 reach port 5000 (python3 listens there); no rule should accept port 5000",
    ],
    [
      "a side door over a link-local address",
      loaded("db1", "nft add rule inet quintet input ip6 saddr fe80::/10 accept"),
      { port: 3306, is: "open", address: "fe80::31" },
      `db1: inet quintet input: \`ip6 saddr fe80::/10 accept\` is too wide: it lets web1 reach port 3306; for port 3306 there should be ${DATABASE} alone`,
    ],
    [
      "a flow that nobody may open",
      loaded("web1", "nft add rule inet quintet input tcp dport 8405 accept"),
      { to: "web1", from: "app1", port: 8405, is: "open" },
      "web1: inet quintet input: `tcp dport 8405 accept` is too wide: it lets app1 reach port 8405; no rule should accept port 8405 (HAProxy metrics)",
    ],
    [
      "a set with a name drops what it has: what that is, is not known here",
      loaded(
        "db1",
        "nft add set inet quintet away '{ type ipv4_addr; }'",
        "nft insert rule inet quintet input ip daddr @away ct state new drop",
        "nft add rule inet quintet input meta l4proto tcp counter accept",
      ),
      { port: 3306, is: "open" },
      `db1: inet quintet input: \`meta l4proto tcp counter packets 0 bytes 0 accept\` is too wide: it lets web1 reach port 3306; for port 3306 there should be ${DATABASE} alone`,
    ],
    [
      "a rule for all ports but some",
      loaded("db1", "nft add rule inet quintet input tcp dport != 80 accept"),
      { port: 3306, is: "open" },
      `db1: inet quintet input: \`tcp dport != 80 accept\` is too wide: it lets web1 reach port 3306; for port 3306 there should be ${DATABASE} alone`,
    ],
    [
      "a rule for all sources but this one, and one for IPv6 alone",
      loaded(
        "db1",
        "nft add rule inet quintet input ip saddr != 192.0.2.11 accept",
        "nft add rule inet quintet input meta nfproto ipv6 accept",
      ),
      { port: 3306, is: "open" },
      `db1: inet quintet input: no rule lets web1 reach port 3306, yet 192.0.2.31:3306 answers: the rules have changed since, or another machine has the address; for port 3306 there should be ${DATABASE} alone`,
    ],
    [
      "no rule lets it in",
      loaded("db1"),
      { port: 3306, is: "open" },
      `db1: inet quintet input: no rule lets web1 reach port 3306, yet 192.0.2.31:3306 answers: the rules have changed since, or another machine has the address; for port 3306 there should be ${DATABASE} alone`,
    ],
    [
      "an accept is missing",
      "nft -f - <<'RULES'\ntable inet quintet {\n chain input {\n type filter hook input priority filter; policy drop;\n tcp dport 22 accept\n }\n}\nRULES",
      { from: "app1", port: 3306, is: "dropped" },
      `db1: inet quintet input: ${DATABASE} is missing`,
    ],
    [
      "a drop stands before the accept",
      loaded("db1", "nft insert rule inet quintet input tcp dport 3306 drop"),
      { from: "app1", port: 3306, is: "dropped" },
      `db1: inet quintet input: \`tcp dport 3306 drop\` stands before ${DATABASE}`,
    ],
    [
      "the accept is there, and no answer",
      loaded(
        "db1",
        "nft add table ip theirs",
        "nft 'add chain ip theirs input { type filter hook input priority 10; policy drop; }'",
      ),
      { from: "app1", port: 3306, is: "dropped" },
      `db1: inet quintet input: \`ip saddr { 192.0.2.21, 192.0.2.22 } tcp dport 3306 accept comment "database"\` lets it in, yet app1 gets no answer from 192.0.2.31:3306: look at the nftables table ip theirs, or a packet filter between the two`,
    ],
    [
      "nothing listens",
      loaded("db1"),
      { from: "app1", port: 3306, is: "refused" },
      "db1: nothing listens on 192.0.2.31:3306 (database)",
    ],
    [
      "something listens, on another address",
      loaded("db1", listenOn("127.0.0.1", 3306)),
      { from: "app1", port: 3306, is: "refused" },
      "db1: nothing listens on 192.0.2.31:3306 (database)",
    ],
    [
      "something listens, and the answer is no",
      loaded("db1", listenOn("0.0.0.0", 3306)),
      { from: "app1", port: 3306, is: "refused" },
      "db1: 192.0.2.31:3306 has a listener, yet the answer is no: look at a packet filter between the two",
    ],
  ])("%s", async (_, setup, what, sentence) => {
    expect(await named(setup, what)).toBe(sentence);
  });
});
