import { Writable } from "node:stream";
import type { Event } from "../../src/events.ts";

/** A stream that keeps what is written to it, as wide as a terminal of `columns`. */
export class TestStream extends Writable {
  readonly isTTY = true;
  readonly rows: number;
  readonly columns: number;
  text = "";

  constructor(columns = 80, rows = 24) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** A clock that stands still until it is moved. */
export function clock(): { now: () => Date; advance: (ms: number) => void } {
  let time = Date.parse("2026-01-02T03:04:05.000Z");
  return {
    now: () => new Date(time),
    advance: (ms) => {
      time += ms;
    },
  };
}

const task = { type: "task", host: "web2", role: "web", task: "Start nginx" } as const;

/** One run with a bit of everything in it; `at` is the milliseconds before the event. */
export const story: readonly { at: number; event: Event }[] = [
  { at: 0, event: { type: "start", schemaVersion: 1, program: "quintet", version: "1.2.3", verb: "apply" } },
  { at: 0, event: { type: "step-started", step: "generate", title: "Write the project" } },
  { at: 700, event: { type: "step-finished", step: "generate", status: "done", durationMs: 700, summary: "41 files" } },
  { at: 0, event: { type: "step-started", step: "apply", title: "Apply", rows: ["web1", "web2", "db1"] } },
  { at: 0, event: { type: "warning", message: "The database has no replica.", next: "add a second database host" } },
  { at: 0, event: { type: "row", step: "apply", row: "web1", status: "running", text: "Install", done: 0, total: 2 } },
  {
    at: 0,
    event: { type: "row", step: "apply", row: "web2", status: "running", text: "Start nginx", done: 1, total: 2 },
  },
  {
    at: 1500,
    event: { ...task, host: "web1", task: "Install", status: "changed", durationMs: 1500, diff: "-a\n+b\n" },
  },
  { at: 0, event: { ...task, status: "failed", durationMs: 1500, message: "no" } },
  {
    at: 0,
    event: { type: "row", step: "apply", row: "web2", status: "failed", text: "Start nginx", done: 2, total: 2 },
  },
  { at: 0, event: { type: "row", step: "apply", row: "web1", status: "done", text: "1 changed", done: 2, total: 2 } },
  {
    at: 0,
    event: { type: "load", step: "reload", answered: [100, 99], requests: 200, failed: 1, holders: ["web1"] },
  },
  { at: 500, event: { type: "step-finished", step: "apply", status: "failed", durationMs: 2000, summary: "1 failed" } },
  {
    at: 0,
    event: {
      type: "error",
      error: {
        message: "A task failed on web2.",
        exitCode: 4,
        host: "web2",
        step: "web: Start nginx",
        detail: "no\nnginx: bad",
        logFile: "logs/x.log",
        next: "Mend it, then: quintet apply",
      },
    },
  },
  { at: 0, event: { type: "table", title: "Checks", columns: ["check", "result"], rows: [["http", "passed"]] } },
  { at: 0, event: { type: "info", message: "One thing more." } },
  { at: 0, event: { type: "log", host: "app1", line: "listening" } },
  { at: 0, event: { type: "document", text: "# As it is\n" } },
  { at: 0, event: { type: "result", verb: "apply", status: "failed", text: ["Not applied."], data: { failed: 1 } } },
];
