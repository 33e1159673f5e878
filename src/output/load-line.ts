import type { Event } from "../events.ts";
import type { RowEvent } from "./rows.ts";

type LoadEvent = Extract<Event, { type: "load" }>;

/** From nothing to the most, in eighths. */
const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** The load as a row of its step: how many answers came in each of the last seconds, who holds the virtual IP, what failed. */
export function loadRow({ step, answered, requests, failed, holders }: LoadEvent): RowEvent {
  const holder = holders.length === 0 ? "nobody holds the virtual IP" : `virtual IP: ${holders.join(" and ")}`;
  const text = `${sparkline(answered)}  ${failed} of ${requests} failed  ${holder}`;
  return { type: "row", step, row: "load", status: "running", text };
}

/** A second without any answer is a gap. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts.map((count) => (count === 0 ? " " : BARS[Math.ceil((count / most) * BARS.length) - 1])).join("");
}
