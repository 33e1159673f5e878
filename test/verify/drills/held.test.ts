import fc from "fast-check";
import { expect, test } from "vitest";
import { heldIn, holdings, longestSilences, takenOverAt } from "../../../src/verify/drills/held.ts";
import type { HolderSample } from "../../../src/verify/holder-samples.ts";
import { every, evidence, samples } from "./seen.ts";

const seen = (all: HolderSample[], hosts: string[] = []) =>
  evidence({
    ...{ samples: all, balancers: ["a", "b"], hosts },
    away: hosts.map((host) => ({ host, from: 200, to: 900 })),
    ...{ startedAt: 100, injectedAt: 200, redundantAt: undefined, finishedAt: 900 },
  });

test.each<[string, HolderSample[], [min: number, max: number, noneMs: number, severalMs: number]]>([
  [
    "one holds, one does not",
    [...samples("a", every(50, 0, 1000), true), ...samples("b", every(50, 20, 1000), false)],
    [1, 1, 0, 0],
  ],
  [
    "the holder dies, the other takes over later",
    [
      ...samples("a", every(50, 0, 400), true),
      ...samples("b", every(50, 20, 820), false),
      ...samples("b", every(50, 870, 1000), true),
    ],
    [0, 1, 420, 0],
  ],
  [
    "a hand-over between two samples is neither none nor two",
    [
      ...samples("a", every(50, 0, 400), true),
      ...samples("a", every(50, 450, 1000), false),
      ...samples("b", every(50, 20, 420), false),
      ...samples("b", every(50, 470, 1000), true),
    ],
    [1, 1, 0, 0],
  ],
  [
    "both hold at once",
    [
      ...samples("a", every(50, 0, 1000), true),
      ...samples("b", every(50, 20, 420), false),
      ...samples("b", every(50, 470, 620), true),
      ...samples("b", every(50, 670, 1000), false),
    ],
    [1, 2, 0, 150],
  ],
  [
    "seen with it once, while the other had it",
    [
      ...samples("a", every(50, 0, 1000), true),
      ...samples("b", every(50, 20, 420), false),
      ...samples("b", [470], true),
      ...samples("b", every(50, 520, 1000), false),
    ],
    [1, 2, 0, 0],
  ],
  [
    "a broken machine that is silent has it no more, whatever it says before and after",
    [
      ...samples("a", [...every(50, 0, 200), ...every(50, 900, 1000)], true),
      ...samples("b", every(50, 20, 220), false),
      ...samples("b", every(50, 270, 850), true),
      ...samples("b", every(50, 910, 1000), false),
    ],
    [0, 1, 20, 0],
  ],
])("holders: %s", (_, all, [min, max, noneMs, severalMs]) => {
  expect(heldIn(seen(all, ["a"]))).toEqual({ min, max, noneMs, severalMs });
});

test("holders: a machine that nobody broke may have held it while it said nothing; a broken one did not", () => {
  const all = [...samples("a", every(50, 0, 400), true), ...samples("b", every(50, 0, 1000), false)];
  expect(heldIn(seen(all, []))).toEqual({ min: 1, max: 1, noneMs: 0, severalMs: 0 });
  expect(heldIn(seen(all, ["a"]))).toEqual({ min: 0, max: 1, noneMs: 500, severalMs: 0 });
});

test("holders: what was sampled outside of the load is not counted", () => {
  const all = [
    ...samples("a", every(50, 0, 50), false),
    ...samples("a", every(50, 100, 900), true),
    ...samples("a", every(50, 950, 1000), false),
    ...samples("b", every(50, 0, 1000), false),
  ];
  expect(heldIn(seen(all))).toEqual({ min: 1, max: 1, noneMs: 0, severalMs: 0 });
});

test("holders: as one who looks at every half millisecond sees it", () => {
  const line = (host: string) =>
    fc
      .uniqueArray(fc.record({ at: fc.integer({ min: 0, max: 1000 }), holds: fc.boolean() }), {
        selector: (sample) => sample.at,
        maxLength: 12,
      })
      .map((all): HolderSample[] => all.map((sample) => ({ host, ...sample })));
  fc.assert(
    fc.property(line("a"), line("b"), fc.subarray(["a", "b"]), (a, b, hosts) => {
      const drill = seen([...a, ...b], hosts);
      const count = { min: 2, max: 0, noneMs: 0, severalMs: 0 };
      for (let at = 100; at <= 900; at += 0.5) {
        const states = [a, b].map((all, index) => {
          const same = all.find((sample) => sample.at === at);
          if (same) return same.holds;
          const earlier = all.filter((sample) => sample.at < at).toSorted((x, y) => y.at - x.at)[0];
          const later = all.filter((sample) => sample.at > at).toSorted((x, y) => x.at - y.at)[0];
          const silent = !earlier || !later || later.at - earlier.at > 250;
          if (silent) return hosts.includes("ab"[index] ?? "") && at >= 200 ? false : undefined;
          return earlier.holds === later.holds ? earlier.holds : undefined;
        });
        const sure = states.filter((state) => state === true).length;
        const possible = states.filter((state) => state !== false).length;
        count.min = Math.min(count.min, possible);
        count.max = Math.max(count.max, sure);
        if (!Number.isInteger(at)) {
          count.noneMs += possible === 0 ? 1 : 0;
          count.severalMs += sure > 1 ? 1 : 0;
        }
      }
      expect(heldIn(drill)).toEqual(count);
    }),
    { numRuns: 200 },
  );
});

test("holdings: one stretch for each time that a balancer had it; silence ends one", () => {
  const all = [
    ...samples("a", [...every(50, 0, 200), ...every(50, 600, 700)], true),
    ...samples("a", every(50, 750, 900), false),
    ...samples("b", [...every(50, 0, 700), 800], false),
    ...samples("b", [750], true),
  ];
  expect(holdings(seen(all))).toEqual([
    { host: "a", from: 0, to: 200 },
    { host: "a", from: 600, to: 700 },
    { host: "b", from: 750, to: 750 },
  ]);
});

test("taken over: by one that did not have it before", () => {
  const all = [
    ...samples("a", every(50, 0, 400), true),
    ...samples("b", every(50, 20, 520), false),
    ...samples("b", every(50, 570, 900), true),
  ];
  expect(takenOverAt(seen(all))).toEqual({ host: "b", at: 570, holds: true });
  expect(takenOverAt(seen(samples("a", every(50, 0, 900), true)))).toBeUndefined();
});

test("silences: of machines that were not away, from the load's begin to its end", () => {
  const all = [...samples("a", every(50, 0, 300), true), ...samples("b", [...every(50, 0, 400), 800, 850], false)];
  expect(longestSilences(seen(all))).toEqual([
    { host: "a", ms: 600 },
    { host: "b", ms: 400 },
  ]);
  expect(longestSilences(seen(all, ["a"]))[0]).toEqual({ host: "a", ms: 50 });
  const backSoon = { ...seen(all), away: [{ host: "a", from: 200, to: 300 }] };
  expect(longestSilences(backSoon)[0]).toEqual({ host: "a", ms: 600 });
  expect(longestSilences(seen([]))[0]).toEqual({ host: "a", ms: 800 });
});
