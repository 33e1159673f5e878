import { describe, expect, test } from "vitest";
import type { Filters } from "../../src/preflight/filters.ts";
import {
  type FlowEvidence,
  judgeClientsWay,
  judgeFlows,
  neededFlows,
  type Outcome,
} from "../../src/preflight/flows.ts";
import { hostOf, lines, shop } from "./examples.ts";

const flows = neededFlows(shop, shop.hosts);

test("the flows between hosts, and those alone", () => {
  expect(flows.map(({ from, to, port }) => `${from.name} > ${to.name}:${port}`)).toEqual([
    "web2 > web1:10000",
    "web2 > web1:8080",
    "web1 > web2:10000",
    "web1 > web2:8080",
    "web1 > app1:3000",
    "web2 > app1:3000",
    "web1 > app2:3000",
    "web2 > app2:3000",
    "app1 > db1:3306",
    "app2 > db1:3306",
  ]);
});

test("a host that is not looked at has no flows", () => {
  const some = neededFlows(shop, [hostOf("web1"), hostOf("app1")]);
  expect(some.map(({ from, to, port }) => `${from.name} > ${to.name}:${port}`)).toEqual(["web1 > app1:3000"]);
});

/** Everybody listens and reaches everybody, but for what is said here. */
function evidence(unlike: Record<string, Partial<FlowEvidence>>): Map<string, FlowEvidence> {
  return new Map(
    shop.hosts.map((host) => {
      const listened = Object.fromEntries(
        flows.filter(({ to }) => to === host).map(({ port }) => [port, "ours" as const]),
      );
      const connected = Object.fromEntries(
        flows.filter(({ from }) => from === host).map(({ to, port }) => [`${to.name}:${port}`, "open" as const]),
      );
      const changed = unlike[host.name] ?? {};
      return [
        host.name,
        {
          listened: { ...listened, ...changed.listened },
          connected: { ...connected, ...changed.connected },
          filters: changed.filters,
        },
      ];
    }),
  );
}

const judge = (unlike: Record<string, Partial<FlowEvidence>>) => judgeFlows(flows, evidence(unlike));
const to = (outcome: Outcome) => ({ connected: { "app1:3000": outcome } });

test("all open", () => {
  expect(judge({})).toEqual([]);
});

describe("app1 from web1", () => {
  const says = (why: string) => [`fault app1: web1 cannot reach app1 (10.0.0.21) at port 3000 (application): ${why}.`];
  test.each([
    ["refused", "the connection is refused"],
    ["dropped", "there is no answer"],
    ["unreachable", "there is no way there"],
  ] as const)("%s", (outcome, why) => {
    expect(lines(judge({ web1: to(outcome) }))).toEqual(says(why));
    expect(lines(judge({ web1: to(outcome), app1: { listened: { "3000": "held" } } }))).toEqual(says(why));
  });

  test.each(["absent", "failed", "another run"] as const)("where nothing could listen (%s)", (listened) => {
    expect(judge({ web1: to("refused"), app1: { listened: { "3000": listened } } })).toEqual([]);
  });

  test("kept out by our own table, which apply will change", () => {
    const own = ['ip saddr 10.0.0.12 tcp dport 3000 accept comment "application"'];
    const filters: Filters = { others: [], own };
    expect(judge({ web1: to("dropped"), app1: { filters } })).toEqual([]);
    expect(lines(judge({ web2: to("dropped"), app1: { filters } }))).toHaveLength(1);
  });

  test("a host that could not be asked is nobody's second fault", () => {
    const all = evidence({ web1: to("dropped") });
    all.delete("app1");
    expect(judgeFlows(flows, all)).toEqual([]);
    const without = evidence({});
    without.delete("web1");
    expect(judgeFlows(flows, without)).toEqual([]);
  });
});

test("both balancers in one sentence, with the filter that is probably in the way", () => {
  const filters: Filters = {
    others: [{ name: "the nftables table inet lab", tool: "inet lab", strict: true }],
    own: undefined,
  };
  expect(judge({ web1: to("dropped"), web2: to("dropped"), app1: { filters } })).toEqual([
    {
      kind: "fault",
      host: "app1",
      message: "web1 and web2 cannot reach app1 (10.0.0.21) at port 3000 (application): there is no answer.",
      next: "Probably the nftables table inet lab on app1: let TCP port 3000 from 10.0.0.11 and 10.0.0.12 in there.",
    },
  ]);
});

test("a strict filter on a balancer may keep clients out", () => {
  const strict: Filters = { others: [{ name: "ufw", tool: "ufw", strict: true }], own: undefined };
  const lax: Filters = {
    others: [{ name: "the nftables table inet lab", tool: "inet lab", strict: false }],
    own: undefined,
  };
  expect(lines(judgeClientsWay(hostOf("web1"), strict))).toEqual([
    "warning web1: Another packet filter is active on web1 (ufw): it may keep clients from ports 80 and 443.",
  ]);
  expect(judgeClientsWay(hostOf("web1"), lax)).toEqual([]);
  expect(judgeClientsWay(hostOf("app1"), strict)).toEqual([]);
});
