import type { DrillReport, Mark, RequestKind } from "../../src/report/schema.ts";
import type { Evidence } from "../../src/verify/drills/evidence.ts";
import { measure } from "../../src/verify/drills/measure.ts";
import { timelineOf } from "../../src/verify/drills/timeline.ts";
import type { HolderSample } from "../../src/verify/holder-samples.ts";
import type { LoadRecord } from "../../src/verify/load/load.ts";

/** Numbers from 0 to 1 that look random and are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

/** What becomes of a request that is due at a moment. Fields left out are those of a good answer. */
interface Fate {
  /** 0: no whole answer. */
  readonly status?: number;
  readonly takesMs?: number;
  readonly server?: string;
  readonly retries?: number;
}

/** One drill as a story: who held the virtual IP, and what went wrong when. */
export interface Story {
  readonly seed: number;
  readonly lengthMs: number;
  readonly injectedAt: number;
  readonly repairedAt?: number;
  readonly redundantAt?: number;
  readonly hosts: readonly string[];
  readonly holders: readonly { readonly host: string; readonly from: number; readonly to: number }[];
  /** Web and app servers that answer at a moment. */
  readonly alive: (at: number) => { readonly web: readonly string[]; readonly app: readonly string[] };
  readonly fate?: (at: number, kind: RequestKind, chance: number) => Fate;
  readonly seen?: readonly Mark[];
  readonly startedOn: string;
}

const MIX: readonly RequestKind[] = ["static", "read", "static", "read", "write"];
const RATE = 100;

/** The measurements of a drill, counted as those of real ones are. */
export function play(story: Story): Required<Pick<DrillReport, "measured" | "timeline">> {
  const chance = numbers(story.seed);
  const records: LoadRecord[] = [];
  for (let index = 0; index < (story.lengthMs * RATE) / 1_000; index++) {
    const dueAt = (index * 1_000) / RATE;
    const kind = MIX[index % MIX.length] ?? "read";
    const servers = story.alive(dueAt)[kind === "static" ? "web" : "app"];
    const usual =
      (kind === "static" ? 2 : kind === "read" ? 6 : 11) * (0.7 + chance() * 0.8 + (chance() > 0.97 ? 3 : 0));
    const fate = story.fate?.(dueAt, kind, chance()) ?? {};
    const status = fate.status ?? (servers.length === 0 ? 503 : kind === "write" ? 201 : 200);
    const holder = story.holders.find(({ from, to }) => dueAt >= from && dueAt <= to)?.host;
    const ok = status >= 200 && status < 300;
    records.push({
      kind,
      kept: index % 3 === 0,
      dueAt,
      sentAt: dueAt + chance() * 2,
      endedAt: dueAt + (fate.takesMs ?? usual),
      status: status === 0 ? undefined : status,
      ok,
      servedBy: ok ? (fate.server ?? servers[Math.floor(index / MIX.length) % servers.length]) : undefined,
      balancer: status === 0 ? undefined : holder,
      retries: fate.retries ?? 0,
      resent: false,
      error: status === 0 ? "no answer" : undefined,
    });
  }
  const evidence = evidenceOf(story, records);
  return { measured: measure(evidence), timeline: timelineOf(evidence) };
}

function evidenceOf(story: Story, records: readonly LoadRecord[]): Evidence {
  const balancers = [...new Set(["web1", "web2", ...story.holders.map(({ host }) => host)])];
  const samples: HolderSample[] = [];
  for (let at = 0; at <= story.lengthMs; at += 50) {
    for (const host of balancers) {
      samples.push({
        host,
        at,
        holds: story.holders.some((one) => one.host === host && at >= one.from && at <= one.to),
      });
    }
  }
  const acknowledged = records.filter(({ kind, ok }) => kind === "write" && ok).length;
  return {
    records,
    samples,
    startedOn: new Date(story.startedOn),
    startedAt: 0,
    finishedAt: story.lengthMs,
    injectedAt: story.injectedAt,
    repairedAt: story.repairedAt,
    redundantAt: story.redundantAt,
    hosts: story.hosts,
    away: [],
    balancers,
    written: { acknowledged, missing: [], doubled: [], unread: [] },
    seen: story.seen ?? [],
  };
}
