import { appendFile } from "node:fs/promises";
import type { QuintetErrorFields } from "../errors.ts";
import { EXIT } from "../errors.ts";
import type { Event } from "../events.ts";
import { bounded } from "./text.ts";

type Table = Pick<Extract<Event, { type: "table" }>, "title" | "columns" | "rows">;
type Row = Extract<Event, { type: "row" }>;

/** GitHub takes 1 MiB from a step. */
const MOST_ROWS = 500;
const MOST_LINES = 2000;
const MOST_CHARACTERS = 500_000;

interface HostSum {
  changed: number;
  failed: number;
  latest: Row | undefined;
}

/** Gathers a run's events, already harmless, and tells them as Markdown. */
export class Summary {
  #verb = "";
  readonly #hosts = new Map<string, HostSum>();
  readonly #documents: string[] = [];
  readonly #tables: Table[] = [];
  readonly #warnings: Extract<Event, { type: "warning" }>[] = [];
  readonly #errors: QuintetErrorFields[] = [];
  #result: Extract<Event, { type: "result" }> | undefined;

  add(event: Event): void {
    switch (event.type) {
      case "start":
        this.#verb = event.verb;
        break;
      case "task": {
        const host = this.#host(event.host);
        if (event.status === "changed") host.changed += 1;
        if (event.status === "failed" || event.status === "unreachable") host.failed += 1;
        break;
      }
      case "row": {
        const host = this.#hosts.get(event.row);
        if (host !== undefined) host.latest = event;
        break;
      }
      case "document":
        this.#documents.push(event.text);
        break;
      case "table":
        this.#tables.push(event);
        break;
      case "warning":
        this.#warnings.push(event);
        break;
      case "error":
        this.#errors.push(event.error);
        break;
      case "result":
        this.#result = event;
        break;
    }
  }

  markdown(): string {
    const text = [
      `## ${this.#verdict()}`,
      ...bullets(this.#result?.text ?? []),
      ...this.#documents.map((document) => fenced(bounded(document, MOST_LINES))),
      ...this.#hostTable(),
      ...this.#tables.flatMap(table),
      ...(this.#warnings.length === 0 ? [] : ["### Warnings", ...this.#warnings.flatMap(warning)]),
      ...(this.#errors.length === 0 ? [] : ["### Errors", ...this.#errors.flatMap(error)]),
    ].join("\n\n");
    return text.length <= MOST_CHARACTERS
      ? `${text}\n`
      : `## ${this.#verdict()}\n\nToo long to be shown: see the log.\n`;
  }

  /** Says why it could not, if it could not: the run itself is none the worse for it. */
  async append(file: string): Promise<string | undefined> {
    try {
      await appendFile(file, `${this.markdown()}\n`);
      return undefined;
    } catch (cause) {
      return cause instanceof Error ? cause.message : String(cause);
    }
  }

  #verdict(): string {
    const name = markdown(`quintet ${this.#verb}`.trim());
    const last = this.#errors.at(-1);
    if (last === undefined)
      return `${this.#result?.status === "failed" ? "❌" : "✅"} ${name}: ${this.#result?.status ?? "done"}`;
    return `❌ ${name}: ${last.exitCode === EXIT.interrupted ? "interrupted" : `failed (exit code ${last.exitCode})`}`;
  }

  #host(name: string): HostSum {
    const sum = this.#hosts.get(name) ?? { changed: 0, failed: 0, latest: undefined };
    this.#hosts.set(name, sum);
    return sum;
  }

  #hostTable(): string[] {
    if (this.#hosts.size === 0) return [];
    const rows = [...this.#hosts].map(([host, { changed, failed, latest }]) => {
      const state = latest === undefined ? "" : [latest.status, latest.text].filter((part) => part !== "").join(": ");
      return [host, state, String(changed), String(failed)];
    });
    return table({ title: "Hosts", columns: ["host", "result", "changed", "failed"], rows });
  }
}

/** Text that Markdown and HTML take for nothing but text, in a table's cell too. */
export function markdown(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!|~$]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

function table({ title, columns, rows }: Table): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(markdown).join(" | ")} |`;
  const cells = (row: readonly string[]) => columns.map((_, index) => row[index] ?? "");
  const left = rows.length - MOST_ROWS;
  return [
    `### ${markdown(title)}`,
    [
      line(columns),
      `|${" --- |".repeat(columns.length)}`,
      ...rows.slice(0, MOST_ROWS).map((row) => line(cells(row))),
    ].join("\n"),
    ...(left > 0 ? [`… and ${left} more.`] : []),
  ];
}

function bullets(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [lines.map((line) => `- ${markdown(line)}`).join("\n")];
}

function warning({ message, next }: Extract<Event, { type: "warning" }>): string[] {
  return [markdown(message), ...(next === undefined ? [] : [`Next: ${markdown(next)}`])];
}

function error({ message, host, step, detail, next, logFile }: QuintetErrorFields): string[] {
  const where = [
    host === undefined ? "" : `Host: ${markdown(host)}`,
    step === undefined ? "" : `Step: ${markdown(step)}`,
    logFile === undefined ? "" : `Log: ${markdown(logFile)}`,
  ];
  const said = where.filter((part) => part !== "").join(" · ");
  return [
    `**${markdown(message)}**`,
    ...(said === "" ? [] : [said]),
    ...(detail === undefined ? [] : [fenced(bounded(detail, MOST_LINES))]),
    `Next: ${markdown(next)}`,
  ];
}

/** A block of code whose fence is longer than any row of backticks in it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
