import { expect, test } from "vitest";
import type { Objective } from "../../../src/report/schema.ts";
import type { Evidence } from "../../../src/verify/drills/evidence.ts";
import { shortfalls } from "../../../src/verify/drills/judge.ts";
import { measure } from "../../../src/verify/drills/measure.ts";
import { every, evidence, powerLoss, request, samples } from "./seen.ts";

const ANYTHING: Objective = { downtimeMs: null, failedSafe: null, maxHolders: 1 };
const judged = (seen: Evidence, objective: Partial<Objective> = {}, takeover = false, advertMs = 100) =>
  shortfalls(seen, measure(seen), { ...ANYTHING, ...objective }, { takeover, advertMs });

test("a drill that held what it promises has no shortfalls", () => {
  expect(judged(evidence(), { downtimeMs: 10, failedSafe: 0 })).toEqual([]);
  expect(judged(powerLoss(), { downtimeMs: 650, failedSafe: 0 }, true)).toEqual([]);
});

test("with long adverts, balancers may be silent for as long as one", () => {
  const seldom = evidence({
    samples: [
      ...samples("lb1", every(50, 0, 3000), true),
      ...samples("lb2", [...every(50, 0, 1200), ...every(50, 1750, 3000)], false),
    ],
  });
  expect(judged(seldom, {}, false, 1_000)).toEqual([]);
  expect(judged(seldom, {}, false, 500)).toHaveLength(1);
});

const ids = (count: number) => Array.from({ length: count }, (_, index) => `id${index}`);
const written = { acknowledged: 9, missing: [], doubled: [], unread: [] };
const baseline = evidence().records;
const twice = [...samples("lb1", every(50, 0, 3000), true), ...samples("lb2", every(50, 0, 3000), true)];

test.each<[string, Evidence, Partial<Objective>, string]>([
  ["too long a downtime", powerLoss(), { downtimeMs: 649 }, "no answer for 650 ms, 649 at most"],
  [
    "a failed read",
    evidence({ records: [...baseline, request(1500, { ok: false })] }),
    { failedSafe: 0 },
    "1 request that only read failed, 0 at most",
  ],
  ["split brain", evidence({ samples: twice }), {}, "2 balancers held the virtual IP at once, for 2995 ms"],
  ["no way back", evidence({ redundantAt: undefined }), {}, "not back to full redundancy within the limit"],
  ["a lost write", evidence({ written: { ...written, missing: ids(1) } }), {}, "1 acknowledged write missing: id0"],
  [
    "doubled writes",
    evidence({ written: { ...written, doubled: ids(5) } }),
    {},
    "5 acknowledged writes stored more than once: id0, id1, id2 and 2 more",
  ],
  [
    "a write that nobody can tell of",
    evidence({ written: { ...written, unread: ids(1) } }),
    {},
    "1 acknowledged write could not be read back: id0",
  ],
  [
    "a generator that was behind once",
    evidence({ records: [...baseline, request(1500, { dueAt: 1200, sentAt: 1451 })] }),
    {},
    "the load fell behind by 251 ms, 250 at most: this computer was too busy",
  ],
  [
    "a generator that is often behind",
    evidence({ records: baseline.map((record) => ({ ...record, sentAt: record.dueAt + 101 })) }),
    {},
    "one in 100 requests was sent 101 ms late or more, 100 at most: this computer was too busy",
  ],
  [
    "a computer without ports",
    evidence({ records: [...baseline, request(1500, { ok: false, error: "connect EADDRNOTAVAIL 192.0.2.100:443" })] }),
    {},
    "this computer could make no more connections: connect EADDRNOTAVAIL 192.0.2.100:443",
  ],
  [
    "a failure before the failure",
    evidence({ records: [...baseline, request(500, { ok: false, kind: "write" }), request(600, { ok: false })] }),
    {},
    "2 requests failed before anything was broken: reset",
  ],
  [
    "a refusal before the failure",
    evidence({ records: [...baseline, request(500, { ok: false, status: 503, error: undefined })] }),
    {},
    "1 request failed before anything was broken: static answered 503",
  ],
  [
    "no answers before the failure",
    evidence({ records: baseline.filter((record) => record.dueAt > 1005) }),
    {},
    "no request was answered before anything was broken",
  ],
  ["a load that ended early", evidence({ redundantAt: 2996 }), {}, "the load ended before the drill did"],
  [
    "a balancer that was never asked",
    evidence({ samples: samples("lb1", every(50, 0, 3000), true) }),
    {},
    "lb2 gave no samples of the virtual IP",
  ],
  [
    "a balancer that was asked too seldom",
    evidence({
      samples: [
        ...samples("lb1", every(50, 0, 3000), true),
        ...samples("lb2", [...every(50, 0, 1200), ...every(50, 1750, 3000)], false),
      ],
    }),
    {},
    "lb2 gave no samples of the virtual IP for 550 ms, though it was not away",
  ],
])("%s fails it, and nothing else does", (_, seen, objective, reason) => {
  expect(judged(seen, objective)).toEqual([reason]);
});

test("a takeover that did not happen fails a drill that is about one", () => {
  expect(judged(evidence(), {}, true)).toEqual(["the other balancer never took the virtual IP"]);
  expect(judged(evidence(), {}, false)).toEqual([]);
});

test("no load at all proves nothing", () => {
  expect(judged(evidence({ records: [] }))).toEqual(["no request was answered before anything was broken"]);
});

test("a failed write is no failed read", () => {
  const records = [...baseline, request(1500, { ok: false, kind: "write" })];
  expect(judged(evidence({ records }), { failedSafe: 0 })).toEqual([]);
});
