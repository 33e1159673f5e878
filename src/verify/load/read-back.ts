import { Agent } from "node:https";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Written } from "../drills/evidence.ts";
import type { Answer, SiteRequest } from "../site.ts";
import type { LoadRecord } from "./load.ts";

/** So few that reading back is no load of its own, so many that thousands of writes are read in seconds. */
const AT_ONCE = 16;
/** While the site is not well yet. */
const PAUSE_MS = 250;
const READ_MS = 5_000;
/** A site that has recovered answers each within some milliseconds; this is also for one that is still recovering. */
const LIMIT_MS = 60_000;
const LIMIT_MS_A_WRITE = 5;

export interface ReadBack {
  /** The stack's checks.write. */
  readonly path: string;
  readonly ask: (request: SiteRequest) => Promise<Answer>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const stored = z.object({ count: z.number() });

/** Ids of the writes that the site said it had stored. */
export function acknowledged(records: readonly LoadRecord[]): string[] {
  return records.flatMap((record) => (record.kind === "write" && record.ok && record.id ? [record.id] : []));
}

/**
 * Reads every acknowledged write through the site. 404 is a lost write; any other failure says nothing of it, so it is
 * asked again until the site answers or the time is over. An abort throws its reason.
 */
export async function readBack(ids: readonly string[], { path, ask, clock, signal }: ReadBack): Promise<Written> {
  const end = clock.monotonic() + LIMIT_MS + ids.length * LIMIT_MS_A_WRITE;
  const found = { missing: [] as string[], doubled: [] as string[], unread: [] as string[] };
  const left = [...ids];
  const agent = new Agent({ keepAlive: true });

  const look = async (id: string): Promise<keyof typeof found | "stored"> => {
    while (clock.monotonic() < end) {
      const answer = await ask({ path: `${path}/${id}`, body: true, timeoutMs: READ_MS, signal }).catch(
        () => undefined,
      );
      signal.throwIfAborted();
      if (answer?.status === 404) return "missing";
      if (answer?.status === 200) return isDoubled(answer.body) ? "doubled" : "stored";
      await clock.sleep(PAUSE_MS, signal);
    }
    return "unread";
  };
  const reader = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const what = await look(id);
      if (what !== "stored") found[what].push(id);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader)).finally(() => agent.destroy());
  return { acknowledged: ids.length, ...found };
}

/** An application that does not tell how often it stored an id cannot be caught at storing it twice. */
function isDoubled(body: string | undefined): boolean {
  try {
    const parsed = stored.safeParse(JSON.parse(body ?? ""));
    return parsed.success && parsed.data.count > 1;
  } catch {
    return false;
  }
}
