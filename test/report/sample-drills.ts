import type { DrillReport } from "../../src/report/schema.ts";
import { play, type Story } from "./sample-drill.ts";

const ALL = { web: ["web1", "web2"], app: ["app1", "app2"] };
const without = (host: string) => ({
  web: ALL.web.filter((one) => one !== host),
  app: ALL.app.filter((one) => one !== host),
});
const between = (at: number, from: number, to: number) => at >= from && at < to;
const SAFE = { downtimeMs: null, failedSafe: 0, maxHolders: 1 };
const START = "2026-11-23T09:15:00.000Z";

const powerLoss: Story = {
  seed: 1,
  lengthMs: 31_000,
  injectedAt: 5_000,
  repairedAt: 14_000,
  redundantAt: 23_400,
  hosts: ["web1"],
  holders: [
    { host: "web1", from: 0, to: 5_000 },
    { host: "web2", from: 5_640, to: 31_000 },
  ],
  alive: (at) => (between(at, 5_000, 21_000) ? without("web1") : ALL),
  fate: (at, kind) => {
    if (between(at, 4_990, 5_040)) return { status: 0, takesMs: 3_000 };
    if (between(at, 5_040, 5_640)) return { takesMs: 5_660 - at + (kind === "write" ? 40 : 12) };
    if (between(at, 5_640, 7_400) && kind === "static") return { takesMs: 1_012, retries: 1, server: "web2" };
    return {};
  },
  seen: [{ at: 7_310, what: "detected", text: "web2 takes web1 out of the web pool" }],
  startedOn: START,
};

const appFrozen: Story = {
  seed: 2,
  lengthMs: 26_000,
  injectedAt: 5_000,
  repairedAt: 15_000,
  redundantAt: 17_300,
  hosts: ["app1"],
  holders: [{ host: "web2", from: 0, to: 26_000 }],
  alive: (at) => (between(at, 7_600, 17_000) ? without("app1") : ALL),
  fate: (at, kind, chance) => {
    if (kind === "static" || !between(at, 5_000, 7_600) || chance < 0.5) return {};
    return { takesMs: Math.min(2_020, 10_000 - at + 20), retries: 1, server: "app2" };
  },
  seen: [{ at: 7_600, what: "detected", text: "web2 takes app1 out of the app pool" }],
  startedOn: START,
};

const partition: Story = {
  seed: 3,
  lengthMs: 24_000,
  injectedAt: 5_000,
  repairedAt: 12_000,
  redundantAt: 14_800,
  hosts: ["web1"],
  holders: [
    { host: "web1", from: 0, to: 12_350 },
    { host: "web2", from: 5_700, to: 24_000 },
  ],
  alive: (at) => (between(at, 6_000, 14_000) ? without("web1") : ALL),
  fate: (at, kind, chance) => {
    if (between(at, 5_000, 5_720)) return { status: 0, takesMs: 3_000 };
    if (between(at, 12_000, 12_500) && chance > 0.4) return { status: 0, takesMs: 1_000 };
    if (between(at, 5_720, 6_900) && kind === "static") return { takesMs: 1_010, retries: 1, server: "web2" };
    return {};
  },
  startedOn: START,
};

const databaseGone: Story = {
  seed: 4,
  lengthMs: 33_000,
  injectedAt: 5_000,
  repairedAt: 11_000,
  redundantAt: 24_600,
  hosts: ["db1"],
  holders: [{ host: "web2", from: 0, to: 33_000 }],
  alive: () => ALL,
  fate: (at, kind) => (kind !== "static" && between(at, 5_000, 20_400) ? { status: 503, takesMs: 22 } : {}),
  seen: [{ at: 6_200, what: "detected", text: "app1 says that its database is gone" }],
  startedOn: START,
};

const reload: Story = {
  seed: 5,
  lengthMs: 18_000,
  injectedAt: 5_000,
  redundantAt: 9_100,
  hosts: ["web1", "web2", "app1", "app2"],
  holders: [{ host: "web2", from: 0, to: 18_000 }],
  alive: () => ALL,
  startedOn: START,
};

/** Drills as a run of them may go: one failed, one was skipped, one is the honest single point of failure. */
export function sampleDrills(): DrillReport[] {
  return [
    {
      id: "balancer-power-loss",
      title: "The balancer that holds the virtual IP loses power",
      status: "passed",
      hosts: ["web1"],
      objective: { downtimeMs: 800, failedSafe: null, maxHolders: 1 },
      predicted: {
        downtimeMs: 722,
        formula: "3 × advert 200 ms + (256 − 100) / 256 × 200 ms = 722 ms",
      },
      ...play(powerLoss),
    },
    {
      id: "balancer-partition",
      title: "The balancer that holds the virtual IP is cut off, then connected again",
      status: "failed",
      reason: "2 balancers held the virtual IP at once, at most 1 allowed",
      hosts: ["web1"],
      objective: { downtimeMs: 800, failedSafe: null, maxHolders: 1 },
      predicted: { downtimeMs: 722, formula: "3 × advert 200 ms + (256 − 100) / 256 × 200 ms = 722 ms" },
      ...play(partition),
    },
    {
      id: "app-frozen",
      title: "An app server freezes: it accepts connections and never answers",
      status: "passed",
      hosts: ["app1"],
      objective: SAFE,
      predicted: { downtimeMs: 0, formula: "a request waits 2000 ms for app1, then app2 is asked: slow, not lost" },
      ...play(appFrozen),
    },
    {
      id: "database-power-loss",
      title: "The database server loses power",
      status: "passed",
      hosts: ["db1"],
      objective: { downtimeMs: 500, failedSafe: 0, maxHolders: 1 },
      predicted: { downtimeMs: 0, formula: "files need no database" },
      judged: { downtimeMs: 37, failedSafe: 0 },
      ...play(databaseGone),
    },
    {
      id: "reload",
      title: "Every daemon loads its configuration again",
      status: "passed",
      hosts: reload.hosts.slice(),
      objective: SAFE,
      predicted: { downtimeMs: 0, formula: "old processes finish what they began; new ones share their sockets" },
      ...play(reload),
    },
    {
      id: "app-out-of-memory",
      title: "An app server runs out of memory",
      status: "skipped",
      reason: "the application has no limit of memory in stack.yml, so only the whole machine could run out",
      hosts: [],
      objective: SAFE,
      predicted: null,
      measured: null,
      timeline: null,
    },
  ];
}
