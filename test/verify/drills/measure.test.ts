import fc from "fast-check";
import { expect, test } from "vitest";
import { downtime, isSlow, measure, rank } from "../../../src/verify/drills/measure.ts";
import { every, evidence, powerLoss, request } from "./seen.ts";

test("a whole drill in numbers", () => {
  expect(measure(powerLoss())).toEqual({
    downtimeMs: 650,
    ...{ requests: 238, failed: 1, failedSafe: 0, retried: 1, resent: 1, slow: 1 },
    kinds: [
      { kind: "static", requests: 236, failed: 0, downtimeMs: 650, statuses: { 200: 236 } },
      { kind: "read", requests: 1, failed: 0, downtimeMs: 2110, statuses: { 200: 1 } },
      { kind: "write", requests: 1, failed: 1, downtimeMs: 2995, statuses: { none: 1 } },
    ],
    latencyMs: {
      before: { p50: 5, p95: 5, p99: 5, max: 5 },
      during: { p50: 5, p95: 5, p99: 1010, max: 1010 },
      after: { p50: 5, p95: 5, p99: 5, max: 5 },
    },
    takeoverMs: 655,
    redundancyMs: 500,
    holders: { min: 0, max: 1, noneMs: 605, severalMs: 0 },
    writes: null,
    generator: { behindMs: 0, p99Ms: 0, limitMs: 250 },
  });
});

test("what was not reached is null, not zero", () => {
  const nothing = measure(evidence({ records: [], redundantAt: undefined }));
  expect(nothing).toMatchObject({
    ...{ downtimeMs: 2995, kinds: [], takeoverMs: null, redundancyMs: null },
    latencyMs: { before: null, during: null, after: null },
  });
});

test("redundancy counts from the repair, or from the injection where nothing was to repair", () => {
  expect(measure(evidence()).redundancyMs).toBe(500);
  expect(measure(evidence({ repairedAt: undefined })).redundancyMs).toBe(1495);
  expect(measure(evidence({ redundantAt: 1900 })).redundancyMs).toBe(0);
});

test("writes are told as they were read back", () => {
  const written = { acknowledged: 4, missing: ["a"], doubled: ["b"], unread: ["c"] };
  expect(measure(evidence({ written })).writes).toEqual(written);
});

test("a request waits from when it was due; one that fails has no latency but is not forgotten", () => {
  const late = request(1400, { dueAt: 1100, sentAt: 1395 });
  const failed = request(1900, { dueAt: 1100, ok: false });
  const { latencyMs, generator, failed: count } = measure(evidence({ records: [request(10), late, failed] }));
  expect(latencyMs.during).toEqual({ p50: 300, p95: 300, p99: 300, max: 300 });
  expect(generator).toMatchObject({ behindMs: 295, p99Ms: 295 });
  expect(count).toBe(1);
});

test("what was out when something broke belongs to what followed", () => {
  const { latencyMs } = measure(evidence({ records: [request(500), request(1800, { dueAt: 900 }), request(2600)] }));
  expect([latencyMs.before?.max, latencyMs.during?.max, latencyMs.after?.max]).toEqual([5, 900, 5]);
});

test("slow is a success after a second", () => {
  const took = (ms: number, ok = true) => isSlow(request(5000, { dueAt: 5000 - ms, ok }));
  expect([took(999), took(1000), took(1000, false)]).toEqual([false, true, false]);
});

test.each<[string, number[], number[], number]>([
  ["a stretch around the injection", [0, 100, 990, 1540, 1600, 2000], [], 550],
  ["failures in between do not count as answers", [900, 1700, 2000], [1000, 1200, 1400], 800],
  ["a longer stretch that ended before the injection is not ours", [0, 800, 1000, 1300, 1600, 2000], [], 400],
  ["no answer ever again: until the end", [0, 900, 950], [1500], 1050],
  ["no answer at all: from the beginning", [], [1500], 2000],
  ["the longest of several", every(10, 0, 1100).concat(every(10, 1300, 1400), every(10, 1650, 2000)), [], 250],
  ["an answer that came after the end ends a stretch", [...every(10, 0, 1800), 3000], [], 1200],
  ["the next ones are not waited for", [...every(10, 0, 2010), 4000], [], 10],
])("downtime: %s", (_, successes, failures, expected) => {
  const records = [...failures.map((at) => request(at, { ok: false })), ...successes.map((at) => request(at))];
  expect(downtime({ records, injectedAt: 1000, startedAt: 0, finishedAt: 2000 })).toBe(expected);
});

const ended = fc.array(fc.record({ at: fc.integer({ min: 0, max: 150 }), ok: fc.boolean() }), { maxLength: 40 });

test("downtime: as one who looks at every pair of moments sees it", () => {
  fc.assert(
    fc.property(
      ended,
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 100, max: 120 }),
      (all, injectedAt, finishedAt) => {
        const good = all.filter((one) => one.ok).map((one) => one.at);
        const begins = [0, ...good].filter((at) => at < finishedAt);
        const ends = good.some((at) => at >= finishedAt) ? good : [...good, finishedAt];
        let longest = 0;
        for (const begin of begins) {
          for (const end of ends) {
            const silent = end > begin && !good.some((at) => at > begin && at < end);
            if (silent && end > injectedAt) longest = Math.max(longest, end - begin);
          }
        }
        const records = all.map(({ at, ok }) => request(at, { ok }));
        expect(downtime({ records, injectedAt, startedAt: 0, finishedAt })).toBe(longest);
      },
    ),
    { numRuns: 500 },
  );
});

test("downtime: more answers never make it longer, and no kind alone has less than all together", () => {
  const kinds = fc.constantFrom("static" as const, "read" as const, "write" as const);
  const some = fc.array(fc.record({ at: fc.integer({ min: 0, max: 100 }), kind: kinds }), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(some, (all) => {
      const records = all.map(({ at, kind }) => request(at, { kind }));
      const moments = { injectedAt: 30, startedAt: 0, finishedAt: 100 };
      const whole = measure(evidence({ ...moments, records, samples: [] }));
      for (const { downtimeMs } of whole.kinds) expect(downtimeMs).toBeGreaterThanOrEqual(whole.downtimeMs);
      expect(downtime({ ...moments, records: records.slice(1) })).toBeGreaterThanOrEqual(whole.downtimeMs);
    }),
  );
});

test("every request is counted once, in each way of counting", () => {
  const any = fc.record({
    ...{ due: fc.integer({ min: 0, max: 3000 }), took: fc.integer({ min: 0, max: 4000 }), ok: fc.boolean() },
    kind: fc.constantFrom("static" as const, "read" as const, "write" as const),
  });
  fc.assert(
    fc.property(fc.array(any), (all) => {
      const records = all.map(({ due, took, ok, kind }) => request(due + took, { dueAt: due, ok, kind }));
      const { requests, failed, failedSafe, slow, kinds } = measure(evidence({ records }));
      const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
      expect(requests).toBe(all.length);
      expect(sum(kinds.map((one) => one.requests))).toBe(all.length);
      expect(sum(kinds.flatMap((one) => Object.values(one.statuses)))).toBe(all.length);
      expect(sum(kinds.map((one) => one.failed))).toBe(failed);
      expect(failedSafe).toBe(all.filter((one) => !one.ok && one.kind !== "write").length);
      expect(slow).toBe(all.filter((one) => one.ok && one.took >= 1000).length);
    }),
  );
});

test("a percentile is the least value that this share of all does not exceed", () => {
  const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 });
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.95, 0.99, 1), (all, share) => {
      const sorted = all.toSorted((a, b) => a - b);
      const enough = sorted.filter((value) => all.filter((one) => one <= value).length >= share * all.length);
      expect(rank(sorted, share)).toBe(Math.min(...enough));
    }),
  );
});
