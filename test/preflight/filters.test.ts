import { describe, expect, test } from "vitest";
import { type Filter, type Filters, letIn, ownTableRefuses } from "../../src/preflight/filters.ts";
import { hostOf } from "./examples.ts";

const filters = (others: Filter[], own?: string[]): Filters => ({ others, own });

describe("our own table, from an earlier stack.yml", () => {
  const own = [
    "ct state established,related accept",
    'tcp dport 80 accept comment "HTTP"',
    'ip saddr { 10.0.0.11, 10.0.0.12 } tcp dport 8080 accept comment "Nginx"',
    'ip saddr 10.0.0.12 meta l4proto 112 accept comment "VRRP, from keepalived"',
  ];
  const table: [sources: string[], what: string, refuses: boolean][] = [
    [["10.0.0.11"], "tcp dport 8080", false],
    [["10.9.0.11", "10.0.0.12"], "tcp dport 8080", false],
    [["10.0.0.1"], "tcp dport 8080", true],
    [["10.0.0.13"], "tcp dport 8080", true],
    [["10.0.0.13"], "tcp dport 80", false],
    [["10.0.0.11"], "tcp dport 3000", true],
    [["10.0.0.12"], "meta l4proto 112", false],
    [["10.0.0.11"], "meta l4proto 112", true],
  ];
  test.each(table)("%s, %s", (sources, what, refuses) => {
    expect(ownTableRefuses(filters([], own), sources, what)).toBe(refuses);
    expect(ownTableRefuses(filters([]), sources, what)).toBe(false);
  });
});

describe("what lets a packet in", () => {
  const web1 = hostOf("web1");
  const ufw: Filter = { name: "ufw", tool: "ufw", strict: true };
  const firewalld: Filter = { name: "firewalld", tool: "firewalld", strict: true };
  const lab: Filter = { name: "the nftables table inet lab", tool: "inet lab", strict: false };
  const table: [what: string, others: Filter[] | undefined, sources: string[], port: number | "vrrp", next: string][] =
    [
      [
        "ufw",
        [lab, ufw],
        ["10.0.0.12", "10.0.0.13"],
        8080,
        "ufw is active on web1: ssh -t dora@10.0.0.11 'sudo ufw allow proto tcp from 10.0.0.12 to any port 8080; sudo ufw allow proto tcp from 10.0.0.13 to any port 8080'",
      ],
      [
        "ufw, VRRP",
        [ufw],
        ["10.0.0.12"],
        "vrrp",
        "ufw is active on web1: let protocol 112 (VRRP) from 10.0.0.12 in, in /etc/ufw/before.rules.",
      ],
      [
        "firewalld",
        [firewalld],
        ["fd00::12"],
        8080,
        `firewalld is active on web1: ssh -t dora@10.0.0.11 'sudo firewall-cmd --permanent --add-rich-rule="rule family=ipv6 source address=fd00::12 port port=8080 protocol=tcp accept"; sudo firewall-cmd --reload'`,
      ],
      [
        "a table",
        [lab],
        ["10.0.0.12"],
        8080,
        "Probably the nftables table inet lab on web1: let TCP port 8080 from 10.0.0.12 in there.",
      ],
      [
        "nothing to be seen",
        [],
        ["10.0.0.12"],
        8080,
        "Nothing on web1 was seen to filter it: look for a firewall between them, such as a cloud's security group.",
      ],
    ];
  test.each(table)("%s", (_, others = [], sources, port, next) => {
    expect(letIn(web1, filters(others), sources, port)).toBe(next);
  });
});
