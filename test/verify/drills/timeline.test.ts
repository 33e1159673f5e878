import fc from "fast-check";
import { expect, test } from "vitest";
import { reportSchema } from "../../../src/report/schema.ts";
import { timelineOf } from "../../../src/verify/drills/timeline.ts";
import { evidence, powerLoss, request, samples } from "./seen.ts";

test("a drill as steps, counted where requests were due", () => {
  const records = [
    request(30, { servedBy: "web1", balancer: "lb1" }),
    request(40, { servedBy: "app1", balancer: "lb1", kind: "read" }),
    request(1300, { dueAt: 240, servedBy: "app1", balancer: "lb2" }),
    request(300, { ok: false }),
    request(400, { ok: false, status: 503, balancer: "lb2" }),
  ];
  const { points, stepMs, startedAt } = timelineOf(evidence({ records, finishedAt: 600 }));
  expect([stepMs, startedAt]).toEqual([250, "2026-01-02T03:04:05.000Z"]);
  expect(points).toEqual([
    {
      ...{ at: 0, succeeded: 3, failed: 0, slow: 1, p50: 5, max: 1060 },
      ...{ servers: { app1: 2, web1: 1 }, balancers: { lb1: 2, lb2: 1 } },
    },
    { at: 250, succeeded: 0, failed: 2, slow: 0, p50: null, max: null, servers: {}, balancers: { lb2: 1 } },
    { at: 500, succeeded: 0, failed: 0, slow: 0, p50: null, max: null, servers: {}, balancers: {} },
  ]);
});

test("who held the virtual IP, and what happened when", () => {
  const seen = [{ at: 1300, what: "detected" as const, text: "lb2 hears nothing" }];
  const { holders, marks } = timelineOf(powerLoss({ seen }));
  expect(holders).toEqual([
    { host: "lb1", from: 0, to: 1000 },
    { host: "lb2", from: 1660, to: 2995 },
  ]);
  expect(marks).toEqual([
    { at: 1005, what: "injected", text: "lb1" },
    { at: 1300, what: "detected", text: "lb2 hears nothing" },
    { at: 1660, what: "taken over", text: "lb2 holds the virtual IP" },
    { at: 2000, what: "repaired", text: "lb1" },
    { at: 2500, what: "redundant", text: "every server is in its pool" },
  ]);
  const { marks: few } = timelineOf(evidence({ repairedAt: undefined, redundantAt: undefined }));
  expect(few.map((mark) => mark.what)).toEqual(["injected"]);
});

test("however long a drill is: every request once, points without number it does not have, and what a report may hold", () => {
  const length = fc.integer({ min: 0, max: 600_000 });
  const shape = reportSchema.shape.drills.element.shape.timeline;
  fc.assert(
    fc.property(length, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 }), (ms, shares) => {
      const startedAt = 12_345.678;
      const records = shares.map((share) =>
        request(0, { dueAt: startedAt + share * ms, endedAt: startedAt + share * ms + 7 }),
      );
      const timeline = timelineOf(
        evidence({
          ...{ records, startedAt, finishedAt: startedAt + ms, injectedAt: startedAt + ms / 3 },
          samples: samples("lb1", [startedAt - 20.5, startedAt + ms + 20.5], true),
        }),
      );
      expect(timeline.points.length).toBeLessThanOrEqual(400);
      expect(timeline.points.reduce((sum, point) => sum + point.succeeded, 0)).toBe(records.length);
      expect(shape.parse(timeline)).toEqual(timeline);
    }),
  );
});
