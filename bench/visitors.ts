import { ask, type Site } from "../src/verify/site.ts";

/** One request of a visitor; times on this computer's monotonic clock. */
export interface Visit {
  readonly dueAt: number;
  readonly endedAt: number;
  /** Undefined: answered. */
  readonly error: string | undefined;
}

/** Asks a site for a page at a fixed rate, each time over a new connection, whether or not it has answered before. */
export function startVisitors(site: Site, path: string, everyMs: number) {
  const visits: Visit[] = [];
  const out = new Set<Promise<void>>();
  const start = performance.now();
  let next = 0;
  const visit = async (dueAt: number) => {
    const error = await ask(site, { path, timeoutMs: 8_000 }).then(
      ({ status }) => (status === 200 ? undefined : `status ${status}`),
      (reason: Error) => reason.message,
    );
    visits.push({ dueAt, endedAt: performance.now(), error });
  };
  const tick = () => {
    for (; start + next * everyMs <= performance.now(); next++) {
      const visiting = visit(start + next * everyMs).finally(() => out.delete(visiting));
      out.add(visiting);
    }
  };
  const timer = setInterval(tick, Math.min(everyMs, 5));
  return {
    visits: visits as readonly Visit[],
    async stop(): Promise<readonly Visit[]> {
      clearInterval(timer);
      await Promise.all(out);
      return visits;
    },
  };
}

/** The longest time without an answer that ended after `from`, milliseconds. */
export function longestGap(visits: readonly Visit[], from: number): number {
  const ends = visits
    .filter(({ error }) => error === undefined)
    .map(({ endedAt }) => endedAt)
    .sort((a, b) => a - b);
  const gaps = ends.map((end, index) => (end > from ? end - (ends[index - 1] ?? end) : 0));
  return Math.round(Math.max(0, ...gaps));
}
