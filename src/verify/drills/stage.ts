import type { RowStatus } from "../../events.ts";
import type { Mark, RequestKind } from "../../report/schema.ts";
import type { Load } from "../load/load.ts";
import { mixOf } from "../load/mix.ts";
import type { Drill, DrillContext } from "./drill.ts";
import type { Away } from "./evidence.ts";
import type { Pools } from "./pool-watch.ts";
import { seenProblems, startWatch, type Watch } from "./watch.ts";

/** A stretch of time in which nobody was left to answer these kinds of requests. */
interface Excused {
  readonly kinds: readonly RequestKind[];
  readonly from: number;
  readonly to: number;
}

/** A drill that is being run: what it sees, and what it has seen. */
export interface Stage {
  readonly drill: Drill;
  readonly context: DrillContext;
  /** The hosts that it breaks. */
  readonly hosts: readonly string[];
  readonly watch: Watch;
  readonly load: Load;
  readonly startedOn: Date;
  readonly seen: Mark[];
  readonly excused: Excused[];
  readonly away: Away[];
  /** When something was seen last that was not as it should be. */
  readonly trouble: { lastAt: number | undefined };
  /** From now on, what is seen is of the failure. */
  injected(): void;
  tell(host: string, status: RowStatus, text: string): void;
  /** Ends what tells people how it goes. */
  hush(): void;
}

/** What one fault takes at most; servers that reboot one after another may take minutes each. */
const LOAD_LIMIT_MS = { fault: 600_000, course: 3_600_000 };
/** How often people are told how the load fares. */
const TELL_MS = 250;

/** Opens the eyes, then starts the load. */
export async function setStage(drill: Drill, context: DrillContext, hosts: readonly string[]): Promise<Stage> {
  const { stack, clock, rate, emit } = context;
  const seen: Mark[] = [];
  const isInjected = { yet: false };
  const changed = (balancer: string, pools: Pools | undefined) => {
    if (!isInjected.yet || seen.length > 0 || pools === undefined) return;
    const [server, status] = [...pools].find(([, state]) => state.startsWith("DOWN")) ?? [];
    if (server !== undefined) {
      seen.push({ at: clock.monotonic(), what: "detected", text: `${balancer} sees ${server} ${status}` });
    }
  };
  const watch = startWatch({ stack, connect: context.connect, clock, changed }, hosts);
  try {
    await untilSeen(watch, context);
    const load = await context.startLoad({
      rate,
      maxMs: LOAD_LIMIT_MS["fault" in drill ? "fault" : "course"],
      mix: mixOf(stack.checks),
    });
    const show = () => emit(loadEvent(drill.id, load, watch.holders(), clock.monotonic()));
    const timer = setInterval(show, TELL_MS);
    return {
      drill,
      context,
      hosts,
      watch,
      load,
      startedOn: clock.now(),
      seen,
      excused: [],
      away: [],
      trouble: { lastAt: undefined },
      injected: () => {
        isInjected.yet = true;
      },
      tell: (host, status, text) => emit({ type: "row", step: drill.id, row: host, status, text }),
      hush: () => clearInterval(timer),
    };
  } catch (error) {
    await watch.stop();
    throw error;
  }
}

/** Connecting and starting a program takes most of it on a machine that is slow. */
const OPEN_LIMIT_MS = 60_000;

/** Returns when every balancer says what it does. */
async function untilSeen(watch: Watch, { clock, signal }: DrillContext): Promise<void> {
  const end = clock.monotonic() + OPEN_LIMIT_MS;
  for (;;) {
    const [problem] = seenProblems(watch);
    if (problem === undefined) return;
    if (clock.monotonic() >= end) throw new Error(`the stack could not be watched: ${problem}`);
    await clock.sleep(50, signal);
  }
}

const SHOWN_SECONDS = 30;

/** How the load fares, for people who watch. */
function loadEvent(step: string, load: Load, holders: readonly string[], now: number) {
  const { records, startedAt } = load;
  const whole = Math.floor((now - startedAt) / 1_000);
  const first = Math.max(0, whole - SHOWN_SECONDS);
  const answered = Array<number>(whole - first).fill(0);
  let failed = 0;
  for (const { ok, endedAt } of records) {
    if (!ok) failed += 1;
    const second = Math.floor((endedAt - startedAt) / 1_000) - first;
    if (ok && second >= 0 && second < answered.length) answered[second] = (answered[second] ?? 0) + 1;
  }
  return { type: "load", step, answered, requests: records.length, failed, holders: [...holders] } as const;
}
