import type { Measured } from "./schema.ts";

export type Figure = keyof typeof FIGURES;

/** A figure that moved by more than chance. `worse`: it is higher; of all these figures, less is better. */
export interface Moved {
  readonly figure: Figure;
  readonly unit: "ms" | "requests";
  readonly before: number;
  readonly after: number;
  readonly worse: boolean;
}

interface Rule {
  readonly unit: "ms" | "requests";
  /** What it may move by and mean nothing: the grain of its measurement. */
  readonly grain: number;
  readonly of: (measured: Measured) => number | null | undefined;
}

/** Two runs of the same drill differ by so much although nothing was changed. */
const NOISE = 0.25;

/**
 * Grains: requests are 10 ms apart at the usual rate, holders of the virtual IP are sampled every 100 ms or less, and
 * where a power cut falls between two adverts is chance. Servers come back to their pools by health checks, a second or
 * more apart. The slowest hundredth of a phase is a handful of requests.
 */
const FIGURES = {
  downtime: { unit: "ms", grain: 100, of: ({ downtimeMs }) => downtimeMs },
  takeover: { unit: "ms", grain: 100, of: ({ takeoverMs }) => takeoverMs },
  "time until whole again": { unit: "ms", grain: 2_000, of: ({ redundancyMs }) => redundancyMs },
  "p99 before": { unit: "ms", grain: 50, of: ({ latencyMs }) => latencyMs.before?.p99 },
  "p99 during": { unit: "ms", grain: 100, of: ({ latencyMs }) => latencyMs.during?.p99 },
  "p99 after": { unit: "ms", grain: 50, of: ({ latencyMs }) => latencyMs.after?.p99 },
  "failed requests": { unit: "requests", grain: 5, of: ({ failed }) => failed },
  "slow requests": { unit: "requests", grain: 10, of: ({ slow }) => slow },
} satisfies Record<string, Rule>;

export const WHAT_IS_NOISE = `A figure is listed where it moved by more than ${NOISE * 100} % and by more than its grain: ${Object.entries(
  FIGURES,
)
  .map(([name, { grain, unit }]) => `${name} ${grain} ${unit === "ms" ? "ms" : ""}`.trim())
  .join(", ")}.`;

export function moved(before: Measured, after: Measured): Moved[] {
  return (Object.keys(FIGURES) as Figure[]).flatMap((figure) => {
    const { unit, grain, of }: Rule = FIGURES[figure];
    const [old, now] = [of(before), of(after)];
    if (old == null || now == null) return [];
    const difference = Math.abs(now - old);
    if (difference <= grain || difference <= NOISE * old) return [];
    return [{ figure, unit, before: old, after: now, worse: now > old }];
  });
}
