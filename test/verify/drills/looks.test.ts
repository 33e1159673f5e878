import { expect, test } from "vitest";
import type { DrillContext } from "../../../src/verify/drills/drill.ts";
import { drillsNamed } from "../../../src/verify/drills/drills.ts";
import type { Evidence } from "../../../src/verify/drills/evidence.ts";
import { maintenancePage, onlyMaintenance } from "../../../src/verify/drills/maintenance.ts";
import { type Pools, parsePools } from "../../../src/verify/drills/pool-watch.ts";
import { type Sight, seenDown, seenProblems, takenOver } from "../../../src/verify/drills/watch.ts";
import type { LoadRecord } from "../../../src/verify/load/load.ts";
import { fiveHosts } from "../stack.ts";

const stack = fiveHosts("/srv/shop");
const UP = "web/web1=UP,web/web2=UP,app/app1=UP,app/app2=UP,app/app3=no check";

function sightOf(holders: readonly string[], said: Record<string, string>, hosts: readonly string[] = []): Sight {
  return {
    stack,
    hosts,
    holders: () => holders,
    pools: (balancer): Pools | undefined => parsePools(said[balancer] ?? ""),
  };
}

test("a line of the watch tells every server; none where HAProxy does not answer", () => {
  expect([...(parsePools("web/web1=UP,app/app1=DOWN 1/2") ?? [])]).toEqual([
    ["web/web1", "UP"],
    ["app/app1", "DOWN 1/2"],
  ]);
  expect(parsePools("?")).toBeUndefined();
  expect(parsePools("")).toBeUndefined();
});

test.each<[string, Sight, string[]]>([
  ["all is well", sightOf(["web1"], { web1: UP, web2: UP }), []],
  ["nobody holds the address", sightOf([], { web1: UP, web2: UP }), ["the virtual IP is held by no balancer"]],
  ["both do", sightOf(["web1", "web2"], { web1: UP, web2: UP }), ["the virtual IP is held by web1 and web2"]],
  ["one is silent", sightOf(["web1"], { web1: UP }), ["HAProxy on web2 says nothing"]],
  [
    "a server is on its way up, another is unknown",
    sightOf(["web1"], { web1: UP, web2: "web/web1=UP,web/web2=DOWN 1/2,app/app1=UP" }),
    ["on web2, web/web2 is DOWN 1/2", "on web2, app/app2 is missing"],
  ],
])("%s", (_, sight, problems) => {
  expect(seenProblems(sight)).toEqual(problems);
});

test("what a drill waits for", () => {
  expect(takenOver(sightOf(["web2"], {}, ["web1"]))).toBeUndefined();
  expect(takenOver(sightOf(["web1"], {}, ["web1"]))).toBe("the other balancer did not take the virtual IP");
  expect(takenOver(sightOf([], {}, ["web1"]))).toBe("the other balancer did not take the virtual IP");
  const down = UP.replace("app/app1=UP", "app/app1=DOWN");
  expect(seenDown("app")(sightOf(["web1"], { web1: down }, ["app1"]))).toBeUndefined();
  expect(seenDown("app")(sightOf(["web1"], { web1: down, web2: UP }, ["app1", "app2"]))).toBe(
    "no balancer saw that app/app2 was gone",
  );
  // Checked twice before it is taken out: "UP 1/2" still gets requests.
  const going = UP.replace("app/app1=UP", "app/app1=UP 1/2");
  expect(seenDown("app")(sightOf(["web1"], { web1: going }, ["app1"]))).toBe("no balancer saw that app/app1 was gone");
  expect(seenDown("app")(sightOf([], { web1: down }, ["app1"]))).toBe("no balancer saw that app/app1 was gone");
});

test.each([
  [503, { "content-type": "text/html; charset=utf-8", "retry-after": "5" }, "<p>shop.example is …", []],
  [
    503,
    { "content-type": "text/html" },
    "<h1>503 Service Unavailable</h1>",
    ["it does not say when to try again (Retry-After), it does not name shop.example"],
  ],
  [
    200,
    { "content-type": "application/json", "retry-after": "5" },
    "shop.example",
    ["its status is 200, not 503, it is not HTML"],
  ],
])("the maintenance page: %d %o", async (status, headers, body, wrong) => {
  const asked: string[] = [];
  const page = async (path: string) => {
    asked.push(path);
    return { status, headers, body };
  };
  const context = { stack, page } as unknown as DrillContext;
  const said = (path: string) => wrong.map((words) => `${path} is not answered with the maintenance page: ${words}`);
  expect(await maintenancePage("web")(context)).toEqual(said("/assets/style.css"));
  expect(await maintenancePage("app")(context)).toEqual(said("/"));
  expect(asked).toEqual(["/assets/style.css", "/"]);
});

const request = (kind: LoadRecord["kind"], dueAt: number, status: number | undefined): LoadRecord => ({
  ...{ kind, kept: false, dueAt, sentAt: dueAt, endedAt: dueAt + 10, status, ok: status === 200 },
  ...{ servedBy: undefined, balancer: undefined, retries: 0, resent: false },
  error: status === undefined ? "socket hang up" : undefined,
});
const evidence = (change: Partial<Evidence>): Evidence => ({
  ...{ records: [], samples: [], startedOn: new Date(0), startedAt: 0, finishedAt: 30_000, injectedAt: 3_000 },
  ...{ repairedAt: 10_000, redundantAt: 12_000, hosts: ["web1"], away: [], balancers: ["web1", "web2"] },
  ...{ written: undefined, seen: [] },
  ...change,
});

test("whoever asks for what nobody can answer gets 503, and nothing else", () => {
  const judge = onlyMaintenance(["static"]);
  const gone = [request("static", 5_000, 503), request("read", 5_000, 200)];
  expect(judge(evidence({ records: gone }))).toEqual([]);
  // On its way when the servers went, or not over when they came back.
  const around = [request("static", 3_500, undefined), request("static", 9_995, undefined)];
  expect(judge(evidence({ records: [...gone, ...around] }))).toEqual([]);
  expect(judge(evidence({ records: [...gone, request("static", 6_000, undefined)] }))).toEqual([
    "1 of 2 requests that nobody could answer got something else than 503: socket hang up",
  ]);
  expect(judge(evidence({ records: [request("read", 5_000, 200)] }))).toEqual([
    "nothing was asked of the servers that were gone",
  ]);
});

function also(id: string, change: Partial<Evidence>, about = stack): string[] {
  return drillsNamed([id])[0]?.also?.(evidence(change), about) ?? expect.fail(id);
}

test("the application finds its database again by itself, in time", () => {
  const recovering = (until: number, last = 200) => ({
    records: [request("read", 4_000, 503), request("write", until, 503), request("read", until + 50, last)],
  });
  expect(also("database-power-loss", recovering(39_980))).toEqual([]);
  expect(also("database-power-loss", recovering(40_980))).toEqual([
    "the application needed the database for 30990 ms, 30000 at most",
  ]);
  expect(also("database-restart", { ...recovering(18_100), repairedAt: undefined })).toEqual([
    "the application needed the database for 15110 ms, 15000 at most",
  ]);
  expect(also("database-killed", { ...recovering(4_500, 503), repairedAt: undefined })).toEqual([
    "the application had not recovered after 27000 ms, 15000 at most",
  ]);
});

const holding = (host: string, from: number, to: number) =>
  Array.from({ length: (to - from) / 50 + 1 }, (_, index) => ({ host, at: from + index * 50, holds: true }));
const lacking = (host: string, from: number, to: number) =>
  holding(host, from, to).map((sample) => ({ ...sample, holds: false }));

test("a balancer that comes back leaves the virtual IP where it is", () => {
  const other = holding("web2", 3_500, 30_000);
  const calm = [...holding("web1", 0, 3_000), ...lacking("web1", 10_000, 30_000), ...other];
  const back = [...holding("web1", 0, 3_000), ...holding("web1", 11_000, 30_000), ...holding("web2", 3_500, 11_000)];
  for (const id of ["balancer-power-loss", "haproxy-down", "haproxy-frozen", "balancer-handover"]) {
    expect(also(id, { samples: calm })).toEqual([]);
    // Never gone is not taken back.
    expect(also(id, { samples: [...holding("web1", 0, 30_000), ...lacking("web2", 0, 30_000)] })).toEqual([]);
    expect(also(id, { samples: back })).toEqual([
      "web1 took the virtual IP back when it was mended: a second failover",
    ]);
  }
});

test("two balancers that were cut off from each other agree again, soon", () => {
  const healed = (ms: number, after: "web1" | "web2" = "web2") => ({
    samples: [
      ...holding("web1", 0, 10_000 + ms),
      ...(after === "web2" ? lacking : holding)("web1", 10_050 + ms, 30_000),
      ...lacking("web2", 0, 3_500),
      ...holding("web2", 3_550, 30_000),
    ],
  });
  expect(also("balancer-partition", healed(200))).toEqual([]);
  expect(also("balancer-partition", healed(1_100))[0]).toMatch(
    /^two balancers held the virtual IP for 11\d\d ms after they heard each other again, 1000 at most$/,
  );
  const slow = { ...stack, virtualIp: { ...stack.virtualIp, advertMs: 1_000 } };
  expect(also("balancer-partition", healed(2_500), slow)).toEqual([]);
  expect(also("balancer-partition", healed(3_100), slow)).toHaveLength(1);
  expect(also("balancer-partition", healed(1_100, "web1"))).toContain(
    "not exactly one balancer held the virtual IP in the end",
  );
});

test("a reload does not move the virtual IP", () => {
  const stays = [...holding("web1", 0, 30_000), ...lacking("web2", 0, 30_000)];
  expect(also("reload", { samples: stays })).toEqual([]);
  const moves = [...holding("web1", 0, 8_000), ...lacking("web2", 0, 8_000), ...holding("web2", 8_050, 30_000)];
  expect(also("reload", { samples: moves })).toEqual(["the virtual IP moved from web1 to web2"]);
});
