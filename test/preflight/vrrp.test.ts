import { describe, expect, test } from "vitest";
import type { Filters } from "../../src/preflight/filters.ts";
import { type Advert, judgeVrrp, type VrrpEvidence } from "../../src/preflight/vrrp.ts";
import { hostOf, lines, shop } from "./examples.ts";

const advert = (source: string, routerId = shop.virtualIp.routerId): Advert => ({ source, routerId, priority: 150 });

function judge(web1: Partial<VrrpEvidence>, web2: Partial<VrrpEvidence> = {}, filters?: Filters) {
  const one = (name: string, vrrp: Partial<VrrpEvidence>) => ({
    host: hostOf(name),
    vrrp: { adverts: [], heard: true, ...vrrp },
    filters,
  });
  return judgeVrrp(shop, [one("web1", web1), one("web2", web2)]);
}

describe("the router id", () => {
  const other =
    "fault web1: Another VRRP router, 10.0.0.77, uses the router id 100 in the network of web1 (priority 150).";
  const table: [what: string, adverts: Advert[], lines: string[]][] = [
    ["nobody's", [], []],
    ["the other balancer's", [advert("10.0.0.12")], []],
    ["another one's", [advert("10.0.0.77")], [other]],
    ["another one's, with another id", [advert("10.0.0.77", 101)], []],
  ];
  test.each(table)("%s", (_, adverts, expected) => {
    expect(lines(judge({ adverts }))).toEqual(expected);
  });

  test("seen by both balancers, said once", () => {
    const adverts = [advert("10.0.0.77")];
    expect(lines(judge({ adverts }, { adverts }))).toEqual([other]);
  });

  test("one that is free is proposed", () => {
    const adverts = [advert("10.0.0.77"), advert("10.0.0.78", 101), advert("10.0.0.79", 102)];
    expect(judge({ adverts })[0]?.next).toBe(
      "Set virtual_ip.router_id in stack.yml to one that is free there, such as 103.",
    );
  });
});

describe("hearing each other", () => {
  const deaf = (hearer: string, speaker: string) =>
    `fault ${hearer}: ${hearer} does not hear ${speaker} by VRRP (IP protocol 112): both would take the virtual IP.`;
  const table: [web1: boolean | undefined, web2: boolean | undefined, lines: string[]][] = [
    [true, true, []],
    [undefined, undefined, []],
    [false, false, [deaf("web2", "web1")]], // nobody answers what was not heard
    [true, false, [deaf("web2", "web1")]],
    [false, true, [deaf("web1", "web2")]],
  ];
  test.each(table)("web1 %s, web2 %s", (web1, web2, expected) => {
    expect(lines(judge({ heard: web1 }, { heard: web2 }))).toEqual(expected);
  });

  test("kept out by our own table, which apply will change", () => {
    const own = ["ip saddr 10.0.0.99 meta l4proto 112 accept"];
    expect(judge({ heard: false }, { heard: false }, { others: [], own })).toEqual([]);
  });

  test("the filter that is probably in the way", () => {
    const others = [{ name: "the nftables table ip filter", tool: "ip filter", strict: true }];
    expect(judge({ heard: false }, { heard: false }, { others, own: undefined })[0]?.next).toBe(
      "Probably the nftables table ip filter on web2: let protocol 112 (VRRP) from 10.0.0.11 in there.",
    );
  });

  test("one balancer alone", () => {
    expect(
      judgeVrrp(shop, [{ host: hostOf("web1"), vrrp: { adverts: [], heard: false }, filters: undefined }]),
    ).toEqual([]);
  });
});
