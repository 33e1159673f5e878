import type { Event } from "../events.ts";
import { loadRow } from "./load-line.ts";
import { duration } from "./text.ts";

type Row = Extract<Event, { type: "row" }>;

const EVERY_MS = 30_000;
const MOST_ROWS = 8;

/**
 * While a step goes on, says now and then what each host is doing and how far it is: a log that stands still looks like
 * a run that hangs, and some pipelines end a job that is silent for long.
 */
export function heartbeat(
  out: (line: string) => void,
  now: () => number,
): { see: (event: Event) => void; stop: () => void } {
  let step: string | undefined;
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  const rows = new Map<string, Row>();

  const stop = () => {
    clearInterval(timer);
    step = undefined;
    rows.clear();
  };
  const beat = () => {
    const running = [...rows.values()].filter(({ status }) => status === "running");
    if (running.length === 0) return;
    const left = running.length - MOST_ROWS;
    const parts = [...running.slice(0, MOST_ROWS).map(told), ...(left > 0 ? [`and ${left} more`] : [])];
    out(`.. ${duration(now() - since)}: ${parts.join("; ")}`);
  };

  return {
    see(event) {
      if (event.type === "step-started" && step === undefined) {
        step = event.step;
        since = now();
        timer = setInterval(beat, EVERY_MS).unref();
      } else if (event.type === "step-finished" && event.step === step) stop();
      else if (event.type === "row" && event.step === step) rows.set(event.row, event);
      else if (event.type === "load" && event.step === step) rows.set("load", loadRow(event));
    },
    stop,
  };
}

/** "web1 7/15 Install packages" */
function told({ row, text, done, total }: Row): string {
  return [row, ...(total ? [`${done ?? 0}/${total}`] : []), ...(text === "" ? [] : [text])].join(" ");
}
