import { expect, test } from "vitest";
import { compareReports } from "../../src/report/compare.ts";
import { comparisonTables } from "../../src/report/comparison-tables.ts";
import { moved, WHAT_IS_NOISE } from "../../src/report/moved.ts";
import type { Measured, Report } from "../../src/report/schema.ts";
import { goodReport, sampleReport } from "./sample.ts";

const measured = (changes: Partial<Measured> = {}): Measured => {
  const found = goodReport().drills[0]?.measured;
  if (!found) throw new Error("the sample report has no drill");
  return { ...found, downtimeMs: 600, takeoverMs: 600, failed: 5, slow: 70, ...changes };
};

test("a report has no news against itself", () => {
  const same = compareReports(sampleReport(), sampleReport());
  expect(same).toMatchObject({ fails: [], mended: [], notRun: [], slower: [], quicker: [], notes: [], worse: false });
  expect(same.stillFails.map(({ kind, host }) => [kind, host])).toEqual([
    ["check", "db1"],
    ["check", "virtual IP"],
    ["port", "db1"],
    ["drill", "web1"],
  ]);
});

test("what newly fails and what is mended is told, of checks, ports and drills", () => {
  const good = sampleReport({
    ...pick(goodReport()),
    drills: sampleReport().drills.map((one) => ({ ...one, status: "passed" })),
  });
  const fails = compareReports(good, sampleReport());
  expect(fails.worse).toBe(true);
  expect(fails.mended).toEqual([]);
  expect(fails.fails).toEqual([
    { kind: "check", what: "There is room on the disk", host: "db1", found: "/var/lib/mysql is 96 % full" },
    { kind: "check", what: "Security headers are sent", host: "virtual IP", found: "no strict-transport-security" },
    { kind: "port", what: "web1 to db1, 192.0.2.31 port 3306", host: "db1", found: "open, expected closed" },
    {
      kind: "drill",
      what: "The balancer that holds the virtual IP is cut off, then connected again",
      host: "web1",
      found: "2 balancers held the virtual IP at once, at most 1 allowed",
    },
  ]);
  const mends = compareReports(sampleReport(), good);
  expect(mends).toMatchObject({ fails: [], stillFails: [], worse: false });
  expect(mends.mended).toHaveLength(4);
});

test("what failed and is not looked at any more is not mended", () => {
  const skipping = sampleReport({
    checks: sampleReport().checks.map((check) =>
      check.id === "security-headers" ? { ...check, status: "skipped", actual: "no way in" } : check,
    ),
  });
  const { mended, notRun, worse } = compareReports(sampleReport(), skipping);
  expect({ mended, notRun, worse }).toEqual({
    mended: [],
    notRun: [{ kind: "check", what: "Security headers are sent", host: "virtual IP", found: "no way in" }],
    worse: false,
  });
});

test("a run without drills, or of fewer hosts, is said once, not a row each", () => {
  const { notRun, notes } = compareReports(
    sampleReport(),
    sampleReport({ drills: [], limit: ["web1"], checks: sampleReport().checks.filter(({ host }) => host === "web1") }),
  );
  expect(notRun.filter(({ kind }) => kind !== "port").map(({ host }) => host)).toEqual([]);
  expect(notes).toEqual(["The first is about all hosts, the second about web1.", "The second run had no drills."]);
});

test.each<[string, Partial<Measured>, Partial<Measured>, [string, boolean][]]>([
  ["600 to 700 ms is the grain of an advert", { downtimeMs: 600 }, { downtimeMs: 700 }, []],
  ["600 to 760 ms is more than a quarter", { downtimeMs: 600 }, { downtimeMs: 760 }, [["downtime", true]]],
  ["2,000 to 2,400 ms is less than a quarter", { downtimeMs: 2_000 }, { downtimeMs: 2_400 }, []],
  ["15 to 90 ms is little", { downtimeMs: 15 }, { downtimeMs: 90 }, []],
  ["760 to 400 ms is news, too", { downtimeMs: 760 }, { downtimeMs: 400 }, [["downtime", false]]],
  ["nobody took over: no figure", { takeoverMs: 600 }, { takeoverMs: null }, []],
  ["from none to six lost", { failed: 0 }, { failed: 6 }, [["failed requests", true]]],
  ["from none to five lost", { failed: 0 }, { failed: 5 }, []],
])("%s", (_, before, after, expected) => {
  const found = moved(measured(before), measured(after));
  expect(found.map(({ figure, worse }) => [figure, worse])).toEqual(expected);
});

test("a slower drill makes the report worse, though it passed", () => {
  const slow = change(goodReport(), { downtimeMs: 1_500 });
  const news = compareReports(goodReport(), slow);
  expect(news.worse).toBe(true);
  expect(news.slower).toEqual([
    { drill: "balancer-power-loss", figure: "downtime", unit: "ms", before: 666, after: 1_500, worse: true },
  ]);
  expect(comparisonTables(news)).toEqual([
    {
      type: "table",
      title: "Got worse",
      columns: ["drill", "figure", "before", "after"],
      rows: [["balancer-power-loss", "downtime", "666 ms", "1.5 s"]],
    },
  ]);
});

test("the reader is told what counts as noise", () => {
  expect(WHAT_IS_NOISE).toContain("more than 25 % and by more than its grain: downtime 100 ms,");
});

function pick({ checks, isolation }: Report): Pick<Report, "checks" | "isolation"> {
  return { checks, isolation };
}

function change(report: Report, changes: Partial<Measured>): Report {
  const [first, ...others] = report.drills;
  if (!first?.measured) throw new Error("the sample report has no drill");
  return { ...report, drills: [{ ...first, measured: { ...first.measured, ...changes } }, ...others] };
}
