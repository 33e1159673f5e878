import type { Event } from "../events.ts";
import type { AnsibleEvent } from "./events.ts";

type TaskEnd = Extract<AnsibleEvent, { event: "task-end" }>;

/** What became of one host. `ok` counts changed and ignored tasks too, as Ansible counts. */
export interface HostSummary {
  ok: number;
  changed: number;
  failed: number;
  unreachable: number;
  skipped: number;
  /** Tasks that ran on the host, handlers too: all but the skipped ones. */
  tasks: number;
}

/** A task that stopped its host. */
export interface TaskFailure {
  readonly host: string;
  readonly role: string | undefined;
  readonly task: string;
  readonly status: "failed" | "unreachable";
  readonly message: string;
}

interface HostState {
  readonly summary: HostSummary;
  /** Tasks of the play that ended; handlers are not counted, since nobody knows how many will run. */
  done: number;
  total: number;
  failures: TaskFailure[];
}

/** Ansible's events in, ours out, and the sums of them at the end. Touches nothing. */
export class Progress {
  readonly #step: string;
  readonly #hosts = new Map<string, HostState>();

  constructor(step: string) {
    this.#step = step;
  }

  accept(event: AnsibleEvent): Event[] {
    switch (event.event) {
      case "playbook":
        return Object.entries(event.hosts).map(([host, total]) => {
          this.#host(host).total = total;
          return this.#row(host, "waiting", "");
        });
      case "task-start":
        return [this.#row(event.host, "running", event.task)];
      case "retry":
        return [this.#row(event.host, "running", `${event.task} (try ${event.attempt + 1} of ${event.of})`)];
      case "task-end":
        return this.#taskEnded(event);
      case "stats":
        for (const [host, counts] of Object.entries(event.hosts)) {
          const state = this.#host(host);
          const { ok, changed, failed, unreachable, skipped } = counts;
          Object.assign(state.summary, { ok, changed, failed, unreachable, skipped });
          // A failure that a rescue section made good is not one; the last ones are those that stopped the host.
          state.failures = state.failures.slice(state.failures.length - counts.failed - counts.unreachable);
        }
        return Object.keys(event.hosts).map((host) => this.#lastRow(host));
      case "play":
      case "no-hosts":
      case "include":
      case "item-failed":
        return [];
    }
  }

  /** A row for every host that the run left in the middle: it was interrupted. */
  interrupted(): Event[] {
    return [...this.#hosts.keys()].map((host) => this.#row(host, "failed", "interrupted"));
  }

  get hosts(): Readonly<Record<string, HostSummary>> {
    return Object.fromEntries([...this.#hosts].map(([host, { summary }]) => [host, summary]));
  }

  get failures(): readonly TaskFailure[] {
    return [...this.#hosts.values()].flatMap(({ failures }) => failures);
  }

  #taskEnded({ host, role, task, status, ms, handler, message, diff }: TaskEnd): Event[] {
    const state = this.#host(host);
    const { summary } = state;
    if (status === "skipped") summary.skipped += 1;
    else summary.tasks += 1;
    if (status === "ok" || status === "changed" || status === "ignored") summary.ok += 1;
    if (status === "changed" || status === "failed" || status === "unreachable") summary[status] += 1;
    if (!handler) state.done += 1;
    if (status === "failed" || status === "unreachable") {
      state.failures.push({ host, role: role ?? undefined, task, status, message: message ?? "" });
    }
    const stopped = status === "failed" || status === "unreachable";
    return [
      {
        type: "task",
        host,
        role: role ?? undefined,
        task,
        status,
        durationMs: ms,
        ...(message === undefined ? {} : { message }),
        ...(diff === undefined ? {} : { diff }),
      },
      this.#row(host, stopped ? status : "running", task),
    ];
  }

  #lastRow(host: string): Event {
    const state = this.#host(host);
    const failure = state.failures.at(-1);
    if (failure !== undefined) return this.#row(host, failure.status, failure.task);
    if (this.failures.length > 0 && state.done < state.total) {
      return this.#row(host, "waiting", "stopped, since another host failed");
    }
    state.total = state.done;
    const { changed } = state.summary;
    return this.#row(host, "done", changed === 0 ? "nothing to change" : `${changed} changed`);
  }

  #row(row: string, status: Extract<Event, { type: "row" }>["status"], text: string): Event {
    const state = this.#host(row);
    state.total = Math.max(state.total, state.done);
    return { type: "row", step: this.#step, row, status, text, done: state.done, total: state.total };
  }

  #host(name: string): HostState {
    let state = this.#hosts.get(name);
    if (state === undefined) {
      const summary = { ok: 0, changed: 0, failed: 0, unreachable: 0, skipped: 0, tasks: 0 };
      state = { summary, done: 0, total: 0, failures: [] };
      this.#hosts.set(name, state);
    }
    return state;
  }
}
