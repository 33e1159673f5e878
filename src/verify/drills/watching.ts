import { timersOf } from "../../stack/timers.ts";
import type { LoadRecord } from "../load/load.ts";
import { leftovers } from "./leftovers.ts";
import { untilWhole } from "./readiness.ts";
import type { Stage } from "./stage.ts";
import { seenProblems } from "./watch.ts";

/** Before anything is broken: shows that the load itself does no harm. */
const BASELINE_MS = 3_000;
/** Service is calm when nothing failed for this long. */
const CALM_MS = 2_000;
const CALM_LIMIT_MS = 30_000;
/** All of it, with what connecting takes, is shorter than ARMED_MS: or the armed repair would come during the drill. */
const BACK_LIMIT_MS = 10_000;
const REDUNDANCY_LIMIT_MS = 90_000;
/** How long the whole stack is watched in the end. */
const AFTER_MS = 1_500;
const LOOK_MS = 100;

export async function baseline({ context, load, watch, tell }: Stage): Promise<void> {
  const { clock, signal } = context;
  await clock.sleep(BASELINE_MS, signal);
  for (const holder of watch.holders()) tell(holder, "running", "holds the virtual IP");
  const early = load.records.find((record) => !record.ok);
  if (early !== undefined || load.records.length === 0) {
    const why = early?.error ?? (early === undefined ? "no answers" : `${early.kind} answered ${early.status}`);
    throw new Error(`requests failed before anything was broken: ${why}`);
  }
}

/** Watches until those requests succeed steadily that can, and the drill has seen what it waits for; what was missing at the limit. */
export async function untilCalm(stage: Stage, injectedAt: number): Promise<string[]> {
  const { drill, context, load, watch } = stage;
  const { clock, signal, rate } = context;
  const watchMs = Math.max(context.watchMs, drill.watches?.(timersOf(context.stack)) ?? 0);
  const begin = clock.monotonic();
  const limitMs = Math.max(CALM_LIMIT_MS, watchMs + CALM_MS);
  const end = begin + limitMs;
  // What was done to one host after the other may show after the last of it.
  const since = "course" in drill ? begin : injectedAt;
  const share = load.records.filter((record) => counts(stage, record)).length / Math.max(1, load.records.length);
  for (;;) {
    const now = clock.monotonic();
    const recent = lately(load.records, now - CALM_MS).filter((record) => counts(stage, record));
    const isSteady = recent.length >= (rate * share * CALM_MS) / 2_000 && recent.every((record) => record.ok);
    const missing = drill.awaits?.(watch);
    if (seenProblems(watch).length > 0) stage.trouble.lastAt = now;
    if (isSteady && missing === undefined && now - since >= Math.max(CALM_MS, watchMs)) return [];
    if (now >= end) {
      return [
        ...(isSteady ? [] : [`service was not steady again within ${limitMs / 1_000} s`]),
        ...(missing === undefined ? [] : [`${missing} within ${limitMs / 1_000} s`]),
      ];
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

/** What has to come back by itself is given its time before anybody mends it; what had not at the limit. */
export async function untilBack({ drill, context, hosts, trouble }: Stage): Promise<string[]> {
  if (!("fault" in drill) || drill.ends !== "by itself") return [];
  const { stack, clock, signal } = context;
  const broken = stack.hosts.filter(({ name }) => hosts.includes(name));
  const end = clock.monotonic() + BACK_LIMIT_MS;
  for (;;) {
    const at = clock.monotonic();
    const left = await leftovers(context, broken);
    if (left.length === 0) return [];
    trouble.lastAt = Math.max(trouble.lastAt ?? at, at);
    if (clock.monotonic() >= end) return left.map((one) => `it did not come back by itself: ${one}`);
    await clock.sleep(LOOK_MS, signal);
  }
}

/** Whether the objective is about this request. */
export function counts({ drill, excused }: Pick<Stage, "drill" | "excused">, record: LoadRecord): boolean {
  if (drill.suffers?.includes(record.kind)) return false;
  return !excused.some(
    ({ kinds, from, to }) => kinds.includes(record.kind) && record.endedAt >= from && record.dueAt <= to,
  );
}

/** They are in the order in which they ended. */
function lately(records: readonly LoadRecord[], since: number): LoadRecord[] {
  const first = records.findLastIndex((record) => record.endedAt < since) + 1;
  return records.slice(first);
}

/** Watches until the stack is whole again, and a moment longer; what was not at the limit. */
export async function untilRedundant(
  { context, watch, tell }: Stage,
  hosts: readonly string[],
): Promise<{ at: number | undefined; problems: string[] }> {
  const { clock, signal } = context;
  const end = clock.monotonic() + REDUNDANCY_LIMIT_MS;
  let told = "";
  const say = (text: string) => {
    if (text === told) return;
    told = text;
    for (const host of hosts) tell(host, "running", text);
  };
  for (;;) {
    const at = clock.monotonic();
    const seen = seenProblems(watch);
    const problems = seen.length > 0 ? seen : await untilWhole(context, 0, say);
    if (problems.length === 0) {
      for (const host of hosts) tell(host, "done", "back, in full redundancy");
      await clock.sleep(AFTER_MS, signal);
      return { at, problems };
    }
    if (at >= end) return { at: undefined, problems };
    say(problems[0] ?? "");
    await clock.sleep(LOOK_MS, signal);
  }
}
