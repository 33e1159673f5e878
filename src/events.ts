import type { QuintetErrorFields } from "./errors.ts";

/** Where a row (a host, or a step of this computer) stands. */
export type RowStatus = "waiting" | "running" | "done" | "failed" | "unreachable";

/**
 * What happens during a verb. Commands emit these; only src/output turns them into text.
 * With --json each is one line on stdout, with `time` (UTC, ISO 8601) added.
 */
export type Event =
  /** A verb's next step begins; `rows` are the hosts it will show, if it works on hosts. */
  | { type: "step-started"; step: string; title: string; rows?: readonly string[] }
  | { type: "step-finished"; step: string; status: "done" | "failed" | "skipped"; durationMs: number; summary?: string }
  /** What a host is doing now. done/total count tasks; total is an estimate until the end. */
  | { type: "row"; step: string; row: string; status: RowStatus; text: string; done?: number; total?: number }
  /** One Ansible task ended on one host. */
  | {
      type: "task";
      host: string;
      role: string | undefined;
      task: string;
      status: "ok" | "changed" | "skipped" | "failed" | "unreachable" | "ignored";
      durationMs: number;
      message?: string;
      diff?: string;
    }
  | { type: "warning"; message: string; next?: string }
  | { type: "info"; message: string }
  /** A table for people: `columns` are headings, each of `rows` has as many cells. */
  | { type: "table"; title: string; columns: readonly string[]; rows: readonly (readonly string[])[] }
  | { type: "error"; error: QuintetErrorFields }
  /** The verb's last word. `data` is for machines (a report, a list of files); `text` for people. */
  | { type: "result"; verb: string; status: "passed" | "failed"; text: readonly string[]; data?: unknown };

/** Handed to every step that has something to say. */
export type Emit = (event: Event) => void;
