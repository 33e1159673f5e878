import { expect, test } from "vitest";
import { DRILL_IDS } from "../../../src/stack/drill-ids.ts";
import { timersOf } from "../../../src/stack/timers.ts";
import { DRILLS, drillsNamed } from "../../../src/verify/drills/drills.ts";
import { fiveHosts } from "../stack.ts";

const five = fiveHosts("/srv/shop");
const named = (id: string) => drillsNamed([id])[0] ?? expect.fail(id);

test("there is a drill for every id, in the order of the list", () => {
  expect(DRILLS.map(({ id }) => id)).toEqual(DRILL_IDS);
  expect(drillsNamed(["reload", "app-killed"]).map(({ id }) => id)).toEqual(["reload", "app-killed"]);
  expect(() => drillsNamed(["earthquake"])).toThrow("There is no drill named earthquake.");
});

test.each([
  ["balancer-power-loss", "cuts the power of the balancer that holds the virtual IP (web1 or web2)", ["web1"]],
  ["nginx-stopped", "stops Nginx on the web server web2 or web1", ["web2"]],
  ["app-frozen", "freezes the application on the app server app1", ["app1"]],
  ["database-restart", "restarts the database on the database db1", ["db1"]],
  ["app-tier-gone", "stops the application on every app server (app1, app2)", ["app1", "app2"]],
])("%s says beforehand what it does to which host", (id, words, hosts) => {
  const { does, target } = named(id);
  expect(does.replace("…", target.describe(five))).toBe(words);
  expect(target.choose({ stack: five, holder: "web1" })).toEqual(hosts);
  expect(target.possible(five)).toEqual(expect.arrayContaining(hosts));
});

test("every drill that needs a power switch, a second server or files says so where there is none", () => {
  const all = { power: true };
  expect(DRILLS.flatMap((drill) => drill.applies(five, all) ?? [])).toEqual([]);
  const why = (stack: typeof five, abilities = all) =>
    Object.fromEntries(
      DRILLS.flatMap((drill) => [[drill.id, drill.applies(stack, abilities)]]).filter(([, said]) => said),
    );
  const power = "it needs a power switch, which only rehearsal machines have";
  expect(why(five, { power: false })).toEqual({
    "balancer-power-loss": power,
    "web-power-loss": power,
    "app-power-loss": power,
    "database-power-loss": power,
  });
  const oneApp = { ...five, hosts: five.hosts.filter(({ name }) => name !== "app2") };
  const one = "there is one app server only";
  expect(why(oneApp)).toEqual({
    "app-killed": one,
    "app-frozen": one,
    "app-out-of-memory": one,
    "app-power-loss": one,
    "release-under-load": one,
  });
  const noFiles = { ...five, checks: { dynamic: "/" } };
  expect(Object.keys(why(noFiles))).toEqual([
    "nginx-stopped",
    "nginx-frozen",
    "web-power-loss",
    "web-tier-gone",
    "app-tier-gone",
  ]);
});

test("a balancer that is the way to other hosts is not cut off", () => {
  const throughWeb1 = five.hosts.map((host) => {
    if (host.name !== "db1") return host;
    return { ...host, ssh: { ...host.ssh, proxyJump: { user: undefined, host: "192.0.2.11", port: undefined } } };
  });
  const { applies } = named("balancer-partition");
  expect(applies({ ...five, hosts: throughWeb1 }, { power: true })).toBe(
    "db1 is reached through web1, which would be cut off",
  );
});

test("what is predicted follows from the timers", () => {
  const timers = { ...timersOf(five), advert: 100, priorities: [250, 240], handover: 100 };
  const { haproxyCheck } = timers;
  const of = (id: string) =>
    named(id).predict({ ...timers, haproxyCheck: { ...haproxyCheck, interval: 1_000, timeout: 600 } }, five);
  expect(of("balancer-power-loss")).toEqual({
    downtimeMs: 306,
    formula: "3 adverts and the skew: 3 x 100 + (256 - 240) / 256 x 100 = 306 ms",
  });
  expect(of("balancer-power-loss")).toEqual(of("balancer-partition"));
  expect(of("haproxy-frozen")?.downtimeMs).toBe(1_606);
  expect(of("app-killed")).toEqual({
    downtimeMs: 0,
    formula: "a refused connection is made to the other server at once",
  });
});
