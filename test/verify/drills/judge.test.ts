import { expect, test } from "vitest";
import { alignSamples, type HolderSample } from "../../../src/verify/holder-samples.ts";
import { downtime, holderRange, measure, shortfalls } from "../../../src/verify/drills/judge.ts";
import type { LoadRecord } from "../../../src/verify/load/load.ts";

const request = (endedAt: number, ok = true): LoadRecord => ({
  kind: "static",
  dueAt: endedAt - 5,
  sentAt: endedAt - 5,
  endedAt,
  status: ok ? 200 : undefined,
  ok,
  servedBy: undefined,
  balancer: undefined,
  error: ok ? undefined : "reset",
});
const every = (step: number, from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
const samples = (host: string, times: readonly number[], holds: boolean): HolderSample[] =>
  times.map((at) => ({ host, at, holds }));

test.each<[string, number[], number[], number]>([
  ["a stretch around the injection", [0, 100, 990, 1540, 1600, 2000], [], 550],
  ["failures in between do not count as answers", [900, 1700, 2000], [1000, 1200, 1400], 800],
  ["a longer stretch that ended before the injection is not ours", [0, 800, 1000, 1300, 1600, 2000], [], 400],
  ["no answer ever again: until the end", [0, 900, 950], [1500], 1050],
  ["no answer at all: from the beginning", [], [1500], 2000],
  ["the longest of several", every(10, 0, 1100).concat(every(10, 1300, 1400), every(10, 1650, 2000)), [], 250],
])("downtime: %s", (_, successes, failures, expected) => {
  const records = [...failures.map((at) => request(at, false)), ...successes.map((at) => request(at))];
  expect(downtime({ records, injectedAt: 1000, startedAt: 0, finishedAt: 2000 })).toBe(expected);
});

test.each<[string, HolderSample[], { min: number; max: number }]>([
  [
    "one holds, one does not",
    [...samples("a", every(50, 0, 1000), true), ...samples("b", every(50, 20, 1000), false)],
    { min: 1, max: 1 },
  ],
  [
    "the holder dies, the other takes over later",
    [
      ...samples("a", every(50, 0, 400), true),
      ...samples("b", every(50, 20, 820), false),
      ...samples("b", every(50, 870, 1000), true),
    ],
    { min: 0, max: 1 },
  ],
  [
    "a hand-over between two samples is neither none nor two",
    [
      ...samples("a", every(50, 0, 400), true),
      ...samples("a", every(50, 450, 1000), false),
      ...samples("b", every(50, 20, 420), false),
      ...samples("b", every(50, 470, 1000), true),
    ],
    { min: 1, max: 1 },
  ],
  [
    "both hold at once",
    [
      ...samples("a", every(50, 0, 1000), true),
      ...samples("b", every(50, 20, 420), false),
      ...samples("b", every(50, 470, 620), true),
      ...samples("b", every(50, 670, 1000), false),
    ],
    { min: 1, max: 2 },
  ],
  [
    "samples around a machine's silence say nothing of the silence",
    [
      ...samples("a", [...every(50, 0, 100), ...every(50, 900, 1000)], true),
      ...samples("b", every(50, 20, 100), false),
      ...samples("b", every(50, 150, 850), true),
      ...samples("b", every(50, 910, 1000), false),
    ],
    { min: 1, max: 1 },
  ],
])("holders: %s", (_, all, expected) => {
  expect(holderRange(all, 100, 900)).toEqual(expected);
});

test("holders: what was sampled outside of the time is not counted", () => {
  const all = [...samples("a", every(50, 200, 1000), true), ...samples("b", every(50, 0, 1000), false)];
  expect(holderRange(all, 100, 900)).toEqual({ min: 0, max: 1 });
  expect(holderRange(all, 200, 900)).toEqual({ min: 1, max: 1 });
});

test("samples get the time at which they were true, not at which they arrived", () => {
  const raw = [
    { machineAt: 5000, arrivedAt: 103, holds: true },
    { machineAt: 5050, arrivedAt: 151, holds: true },
    { machineAt: 5100, arrivedAt: 450, holds: false },
  ];
  expect(alignSamples("a", raw)).toEqual([
    { host: "a", at: 101, holds: true },
    { host: "a", at: 151, holds: true },
    { host: "a", at: 201, holds: false },
  ]);
  expect(alignSamples("a", [])).toEqual([]);
});

test("a whole drill in numbers", () => {
  const measured = measure({
    records: [...every(10, 0, 1000), ...every(10, 1650, 3000)].map((at) => request(at)).concat(request(1200, false)),
    samples: [
      ...samples("lb1", every(50, 0, 1000), true),
      ...samples("lb2", every(50, 10, 1610), false),
      ...samples("lb2", every(50, 1660, 3000), true),
    ],
    injectedAt: 1005,
    startedAt: 0,
    finishedAt: 3000,
    victim: "lb1",
  });
  expect(measured).toEqual({
    downtimeMs: 650,
    requests: 238,
    failedRequests: 1,
    takeoverMs: 655,
    vipHolders: { min: 0, max: 1 },
  });
  expect(shortfalls(measured)).toEqual([]);
  expect(shortfalls({ ...measured, downtimeMs: 1501, takeoverMs: null, vipHolders: { min: 0, max: 2 } })).toEqual([
    "no answer for 1501 ms, 1500 at most",
    "the other balancer never took the virtual IP",
    "2 balancers held the virtual IP at once",
  ]);
});
