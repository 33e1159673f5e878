import type { Event } from "../events.ts";
import type { Change, Comparison, MovedFigure } from "./compare.ts";
import { count, duration } from "./html/format.ts";

type Table = Extract<Event, { type: "table" }>;

/** A comparison for a terminal: a table for each kind of news there is. */
export function comparisonTables({ fails, stillFails, mended, notRun, slower, quicker }: Comparison): Table[] {
  return [
    ...changes("Newly failing", fails),
    ...changes("Still failing", stillFails),
    ...changes("Mended", mended),
    ...changes("Not run any more", notRun),
    ...figures("Got worse", slower),
    ...figures("Got better", quicker),
  ];
}

function changes(title: string, all: readonly Change[]): Table[] {
  if (all.length === 0) return [];
  const rows = all.map(({ kind, what, host, found }) => [kind, what, host, found]);
  return [{ type: "table", title, columns: ["kind", "what", "host", "found"], rows }];
}

function figures(title: string, all: readonly MovedFigure[]): Table[] {
  if (all.length === 0) return [];
  const rows = all.map(({ drill, figure, unit, before, after }) => {
    const text = (value: number) => (unit === "ms" ? duration(value) : count(value));
    return [drill, figure, text(before), text(after)];
  });
  return [{ type: "table", title, columns: ["drill", "figure", "before", "after"], rows }];
}
