import type { Event } from "../events.ts";
import { heartbeat } from "./heartbeat.ts";
import { inert } from "./neutral.ts";
import type { Output, OutputOptions } from "./output.ts";
import { tableLines } from "./table.ts";
import { taskLine, taskLines } from "./task-lines.ts";
import { duration, errorLines, MOST_LINES_OF_A_LOG, warningLines } from "./text.ts";

/**
 * One line an event that matters: for CI logs and pipes. Errors and warnings go to stderr.
 * `began`: shows that a step begins in a way of its own.
 */
export function plainSink(
  { stdout, stderr, verbose, now = () => new Date() }: OutputOptions,
  began?: (step: string, text: string) => void,
): Output {
  const titles = new Map<string, string>();
  /** When a row first did something, milliseconds; removed when its end was told. */
  const started = new Map<string, number>();
  const out = (...lines: readonly string[]) => {
    for (const line of lines) stdout.write(`${inert(line)}\n`);
  };
  const err = (...lines: readonly string[]) => {
    for (const line of lines) stderr.write(`${inert(line)}\n`);
  };

  const beat = heartbeat(out, () => now().getTime());
  const begin = began ?? ((_, text) => out(`== ${text}`));
  const row = ({ step, row, status, text }: Extract<Event, { type: "row" }>) => {
    const key = `${step}\0${row}`;
    if (status === "running" && !started.has(key)) started.set(key, now().getTime());
    if (status !== "done") return;
    const since = started.get(key);
    started.delete(key);
    const took = since === undefined ? "" : ` (${duration(now().getTime() - since)})`;
    out(`${row}: done${text === "" ? "" : `: ${text}`}${took}`);
  };

  const emit = (event: Event) => {
    beat.see(event);
    switch (event.type) {
      case "step-started":
        titles.set(event.step, event.title);
        begin(event.step, `${event.title}${event.rows === undefined ? "" : `: ${event.rows.join(", ")}`}`);
        break;
      case "step-finished": {
        const title = titles.get(event.step) ?? event.step;
        const summary = event.summary === undefined ? "" : `: ${event.summary}`;
        out(`== ${title} ${ENDED[event.status]} (${duration(event.durationMs)})${summary}`);
        break;
      }
      case "row":
        row(event);
        break;
      case "task":
        if (event.status === "failed" || event.status === "unreachable") out(taskLine(event));
        else if (verbose && event.status !== "skipped") out(...taskLines(event));
        break;
      case "warning":
        err(...warningLines(event));
        break;
      case "info":
        out(...event.message.split("\n"));
        break;
      case "table":
        out("", ...tableLines(event, Number.POSITIVE_INFINITY), "");
        break;
      case "log":
        out(`${event.host} | ${event.line}`);
        break;
      case "document":
        out(...event.text.trimEnd().split("\n"));
        break;
      case "error":
        err(...errorLines(event.error, MOST_LINES_OF_A_LOG));
        break;
      case "result":
        out(...event.text);
        break;
    }
  };
  return { emit, close: async () => beat.stop() };
}

const ENDED = { done: "done", failed: "FAILED", skipped: "skipped" } as const;
