import { expect, test } from "vitest";
import type { CheckReport, DrillReport, Report } from "../../src/report/schema.ts";
import { reportTables } from "../../src/report/tables.ts";

const check = (changes: Partial<CheckReport>): CheckReport => ({
  id: "clocks",
  tier: "web",
  host: "web1",
  title: "The clocks agree",
  status: "passed",
  expected: "1 s at most",
  actual: "in step",
  durationMs: 1,
  ...changes,
});

const measured: NonNullable<DrillReport["measured"]> = {
  downtimeMs: 651.4,
  requests: 1000,
  failed: 5,
  failedSafe: 3,
  retried: 0,
  resent: 0,
  slow: 7,
  kinds: [
    { kind: "static", requests: 400, failed: 1, downtimeMs: 651, statuses: { "200": 399, none: 1 } },
    { kind: "read", requests: 400, failed: 2, downtimeMs: 660, statuses: { "200": 398, none: 2 } },
    { kind: "write", requests: 200, failed: 2, downtimeMs: 700, statuses: { "200": 198, none: 2 } },
  ],
  latencyMs: { before: null, during: null, after: null },
  takeoverMs: 640,
  redundancyMs: null,
  holders: { min: 0, max: 1, noneMs: 600, severalMs: 0 },
  writes: null,
  generator: { behindMs: 3, p99Ms: 1, limitMs: 250 },
};

const drill: DrillReport = {
  id: "balancer-power-loss",
  title: "The balancer loses power",
  status: "failed",
  reason: "not back",
  hosts: ["web1"],
  objective: { downtimeMs: 800, failedSafe: null, maxHolders: 1 },
  predicted: { downtimeMs: 680, formula: "3 × 200 + 80" },
  measured,
  timeline: null,
};

const report: Report = {
  schemaVersion: 2,
  stack: "shop",
  hosts: [],
  virtualIp: "10.0.0.100",
  site: "https://shop.example/",
  startedAt: "2026-01-02T03:04:05.000Z",
  finishedAt: "2026-01-02T03:05:05.000Z",
  result: "failed",
  checks: [],
  isolation: [],
  drills: [],
};

test("a check that is passed everywhere alike has one row, what failed one for each host with what mends it", () => {
  const checks = [
    check({}),
    check({ host: "web2" }),
    check({ id: "disk", title: "There is room", actual: "40 % free" }),
    check({
      id: "disk",
      title: "There is room",
      host: "web2",
      status: "failed",
      actual: "1 % free",
      fix: "Make room.",
    }),
  ];
  expect(reportTables({ ...report, checks })[0]?.rows).toEqual([
    ["The clocks agree", "web1 web2", "passed", "in step"],
    ["There is room", "web1", "passed", "40 % free"],
    ["There is room", "web2", "failed", "1 % free (expected: 1 s at most) Make room."],
  ]);
});

test("which ports are open from where to where, and those that are not as they should be, with the rule", () => {
  const flow = { from: "web1", to: "db1", address: "10.0.0.31", port: 3306, expected: "closed" } as const;
  const isolation = [
    { ...flow, actual: "dropped" as const },
    { ...flow, actual: "open" as const, rule: "too wide" },
  ];
  const [, matrix, ports] = reportTables({ ...report, isolation });
  expect(matrix).toMatchObject({ columns: ["from", "db1"], rows: [["web1", "3306 open!"]] });
  expect(ports?.rows).toEqual([["web1", "db1 (10.0.0.31)", "3306", "closed", "open", "too wide"]]);
});

test("what each drill cost beside what was predicted; nothing where nothing was measured", () => {
  const skipped: DrillReport = {
    ...drill,
    id: "reload",
    status: "skipped",
    reason: "no",
    predicted: null,
    measured: null,
  };
  const [, drills] = reportTables({ ...report, drills: [drill, skipped] });
  expect(drills?.rows).toEqual([
    ["balancer-power-loss", "failed", "651 ms", "680 ms", "3 of 800", "7", "640 ms", "-", "not back"],
    ["reload", "skipped", "-", "-", "-", "-", "-", "-", "no"],
  ]);
});
