import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tickInterval } from "../../src/report/html/chart/axes.ts";
import { drillChart } from "../../src/report/html/chart/drill-chart.ts";
import { NARROW, WIDE } from "../../src/report/html/chart/format.ts";
import { apart } from "../../src/report/html/chart/marks.ts";
import { courseOf, stretches } from "../../src/report/html/chart/series.ts";
import { drawn } from "../../src/report/html/chart/svg.ts";
import { timelinePicture } from "../../src/report/html/picture.ts";
import { shortened } from "../../src/report/html/stack-drawing.ts";
import type { Timeline } from "../../src/report/schema.ts";
import { xpath } from "./xml.ts";

const point = (at: number, changes: Partial<Timeline["points"][number]> = {}): Timeline["points"][number] => ({
  at,
  succeeded: 50,
  failed: 0,
  slow: 0,
  p50: 5,
  max: 20,
  servers: { web1: 25, web2: 25 },
  balancers: { web1: 50 },
  ...changes,
});
const timeline: Timeline = {
  startedAt: "2026-01-02T03:04:05.000Z",
  stepMs: 500,
  points: [
    point(0),
    point(500),
    point(1_000, { succeeded: 10, failed: 40, slow: 4, servers: { web2: 10 } }),
    point(1_500, { succeeded: 0, failed: 50, p50: null, max: null, servers: {} }),
    point(2_000),
    point(2_500, { succeeded: 1 }),
  ],
  holders: [
    { host: "web1", from: 0, to: 1_000 },
    { host: "web2", from: 1_600, to: 2_500 },
    { host: "web1", from: 2_200, to: 2_400 },
  ],
  marks: [
    { at: 1_000, what: "injected", text: "web1" },
    { at: 1_600, what: "taken over", text: "web2 holds the virtual IP" },
  ],
};

test("a timeline is counted from the injection, a second; the step in which the load ended is no rate", () => {
  const course = courseOf(timeline);
  expect([course.from, course.to]).toEqual([-1, 1.5]);
  expect(course.all).toEqual([
    [-1, 100],
    [1.5, 100],
  ]);
  expect(course.succeeded).toEqual([
    [-1, 100],
    [0, 20],
    [0.5, 0],
    [1, 100],
    [1.5, 100],
  ]);
  expect(course.quick[1]).toEqual([0, 12]);
  expect(course.median.find(([at]) => at === 0.5)).toEqual([0.5, null]);
  expect(course.servers.map(({ name, rate }) => [name, rate[1]])).toEqual([
    ["web1", [0, 0]],
    ["web2", [0, 20]],
  ]);
  expect(course.marks).toEqual([
    { at: 0, number: 1 },
    { at: 0.6, number: 2 },
  ]);
});

test("when nobody and when several held the virtual IP is seen", () => {
  const course = courseOf(timeline);
  expect(stretches(course, (holders) => holders === 0)).toEqual([[0, 0.6]]);
  expect(stretches(course, (holders) => holders > 1)).toEqual([[1.2, 1.4]]);
});

test.each([
  ["wide", WIDE],
  ["narrow", NARROW],
])("a %s chart names every host and number, and fills what failed with its own pattern", (_, format) => {
  const { option, size } = drillChart(courseOf(timeline), format);
  const svg = drawn(option, size, "c1");
  const texts = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  expect(texts).toEqual(expect.arrayContaining(["Requests a second", "web1", "web2", "1", "2", "0", "+1"]));
  for (const fill of [
    "url(#hatch-failed)",
    "url(#hatch-slow)",
    "url(#hatch-several)",
    "var(--fine-area)",
    "var(--holder)",
  ]) {
    expect(svg).toContain(`fill="${fill}"`);
  }
  expect(svg).not.toMatch(/zr\d|ecmeta|<style|NaN|Infinity|undefined/);
  expect(drawn(option, size, "c1")).toBe(svg);
});

test.each<[string, Partial<Timeline>]>([
  ["one point", { points: [point(0)] }],
  ["nobody ever held the virtual IP", { holders: [] }],
  [
    "nothing ever succeeded",
    { points: [0, 500, 1_000].map((at) => point(at, { succeeded: 0, failed: 50, p50: null, max: null, servers: {} })) },
  ],
  ["no marks", { marks: [] }],
  ["a day-long step", { stepMs: 86_400_000 }],
])("there is a drawing also with %s", (_, changes) => {
  const { option, size } = drillChart(courseOf({ ...timeline, ...changes }), WIDE);
  const svg = drawn(option, size, "c1");
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect(svg.length).toBeGreaterThan(1_000);
});

test("a process that has drawn a chart comes to its end", () => {
  const module = (path: string) => JSON.stringify(pathToFileURL(path).href);
  const program = `
    const { reportPage } = await import(${module("src/report/html/page.ts")});
    const { sampleReport } = await import(${module("test/report/sample.ts")});
    console.log(reportPage(sampleReport()).length > 100_000);`;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 25_000,
  });
  expect({ signal: run.signal, status: run.status, stdout: run.stdout }).toEqual({
    signal: null,
    status: 0,
    stdout: "true\n",
  });
});

test("numbers of marks stand as near to their marks as they can, in order, and never over each other", () => {
  const places = fc
    .array(fc.double({ min: 50, max: 300, noNaN: true }), { maxLength: 8 })
    .map((all) => all.sort((a, b) => a - b));
  fc.assert(
    fc.property(places, (wanted) => {
      const moved = apart(wanted, 20, 50, 340);
      expect(moved).toHaveLength(wanted.length);
      for (const [index, place] of moved.entries()) {
        expect(place).toBeLessThanOrEqual(340 + 1e-9);
        if (index > 0) expect(place - (moved[index - 1] ?? 0)).toBeGreaterThanOrEqual(20 - 1e-9);
      }
    }),
  );
  expect(apart([60, 100, 200], 20, 50, 340)).toEqual([60, 100, 200]);
  expect(apart([335, 338], 20, 50, 340)).toEqual([320, 340]);
});

test("an axis has as many ticks as fit", () => {
  expect([tickInterval(31, 12), tickInterval(31, 5), tickInterval(3, 12), tickInterval(900, 12)]).toEqual([
    5, 10, 0.5, 120,
  ]);
});

test("a long name is shortened in its middle", () => {
  expect(shortened("app1", 8)).toBe("app1");
  expect(shortened("app-frankfurt-12", 9)).toBe("app-…t-12");
  expect([...shortened("𝒶𝒷𝒸𝒹𝑒", 3)]).toEqual(["𝒶", "…", "𝑒"]);
});

test("a timeline as a picture of its own has all that it needs in it", () => {
  const picture = timelinePicture("Power & <loss>", timeline);
  expect(xpath(picture, "string(/*/*[local-name()='title'])")).toBe("Power & <loss>");
  const used = [...picture.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name);
  expect(used.filter((name) => !picture.includes(`${name}:`))).toEqual([]);
  const patterns = [...picture.matchAll(/url\(#([\w-]+)\)/g)].map(([, id]) => id);
  expect(patterns.filter((id) => !picture.includes(`id="${id}"`))).toEqual([]);
});
