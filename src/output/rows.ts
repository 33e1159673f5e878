import type { Event } from "../events.ts";
import { truncate } from "./text.ts";

export type RowEvent = Extract<Event, { type: "row" }>;

/** Spinner, indentation and the space that listr2 leaves at the right edge. */
const MARGIN = 7;

/** `web1  7/15  Install packages  3 s`: cut in the text, so that the host, how far it is and the time always show. */
export function rowLine(
  row: Pick<RowEvent, "row" | "status" | "text" | "done" | "total">,
  options: {
    /** Width of the longest row name. */
    readonly nameWidth: number;
    readonly columns: number;
    /** Since the row first did something; undefined where it has not. */
    readonly elapsedMs: number | undefined;
  },
): string {
  const { nameWidth, columns, elapsedMs } = options;
  const count = row.total === undefined || row.total === 0 ? "" : `${row.done ?? 0}/${row.total}`.padStart(7);
  const bad = row.status === "failed" || row.status === "unreachable";
  const text = row.text === "" ? row.status : bad ? `${row.status}: ${row.text}` : row.text;
  const time = elapsedMs === undefined ? "" : `${Math.floor(elapsedMs / 1000)} s`;
  const head = `${truncate(row.row, columns - MARGIN).padEnd(Math.min(nameWidth, columns - MARGIN))}${count}`;
  const room = columns - MARGIN - head.length - 2 - (time === "" ? 0 : time.length + 2);
  return [head, ...(room < 4 ? [] : [truncate(text, room)]), ...(time === "" ? [] : [time])].join("  ");
}
