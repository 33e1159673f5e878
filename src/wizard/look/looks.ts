import { EXIT, QuintetError, type QuintetErrorFields } from "../../errors.ts";
import type { HostFacts } from "../../preflight/facts.ts";
import type { Session } from "../../remote/session.ts";
import type { Host } from "../../stack/stack.ts";
import type { Line } from "../prompts/page.ts";
import type { Live } from "../prompts/scene.ts";
import { briefLines, lookLine } from "./look-line.ts";

/** What a host showed of itself when it was met. */
export interface Found {
  readonly facts: HostFacts;
  /** Still open: the wizard may ask for more. */
  readonly session: Session;
  /** Its host key, and those of the bastions on the way. */
  readonly keys: readonly SeenKey[];
}

export interface SeenKey {
  /** Whose it is. */
  readonly name: string;
  readonly type: string;
  readonly fingerprint: string;
  /** To be added to the stack directory's known_hosts. */
  readonly line: string;
  /** The stack pins it already, or the user's own known_hosts has it. */
  readonly known: boolean;
}

/** Connects and looks; it asks nobody, and a failure is a QuintetError. */
export type LookAt = (host: Host, signal: AbortSignal) => Promise<Found>;

export type Look =
  | { readonly state: "looking" }
  | ({ readonly state: "found" } & Found)
  | { readonly state: "failed"; readonly error: QuintetErrorFields };

interface Entry {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
  look: Look;
}

/**
 * The looks at the hosts that go on while the user types: one connection a host at most, given up when its address or
 * its login changes. A pure store for the prompts: they show its lines and hear of changes.
 */
export class Looks implements Live {
  readonly #lookAt: LookAt;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();
  #hosts: readonly Host[] = [];

  constructor(lookAt: LookAt) {
    this.#lookAt = lookAt;
  }

  get hosts(): readonly Host[] {
    return this.#hosts;
  }

  /** The hosts as they are typed now: new ones are looked at, others are let go. */
  want(hosts: readonly Host[]): void {
    this.#hosts = hosts;
    const wanted = new Set(hosts.map(keyOf));
    for (const [key, entry] of this.#entries) {
      if (!wanted.has(key)) this.#drop(key, entry);
    }
    for (const host of hosts) this.#start(host);
    this.#changed();
  }

  /** Looks once more at hosts that did not let us in, or lacked something. */
  again(hosts: readonly Host[]): void {
    for (const host of hosts) {
      const entry = this.#entries.get(keyOf(host));
      if (entry !== undefined) this.#drop(keyOf(host), entry);
    }
    this.want(this.#hosts);
  }

  of(host: Host): Look | undefined {
    return this.#entries.get(keyOf(host))?.look;
  }

  /** The keys that the present hosts showed, each once: several hosts may be behind one bastion. */
  keys(): SeenKey[] {
    const seen = this.#hosts.flatMap((host) => {
      const look = this.of(host);
      return look?.state === "found" ? look.keys : [];
    });
    return [...new Map(seen.map((key) => [key.line, key])).values()];
  }

  /** Resolves when no look is under way. */
  async settled(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ ended }) => ended));
  }

  lines(columns: number): Line[] {
    return this.#hosts.map((host) => lookLine(host, this.of(host), columns, this.#hosts));
  }

  /** The same where other things are asked. */
  readonly brief: Live = {
    lines: (columns) => briefLines(this.#hosts, (host) => this.of(host), columns),
    subscribe: (listener) => this.subscribe(listener),
  };

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    for (const [key, entry] of this.#entries) this.#drop(key, entry);
  }

  #start(host: Host): void {
    const key = keyOf(host);
    if (this.#entries.has(key)) return;
    const abort = new AbortController();
    const entry: Entry = {
      abort,
      look: { state: "looking" },
      ended: this.#lookAt(host, abort.signal).then(
        (found) => {
          if (abort.signal.aborted) return found.session.close();
          entry.look = { state: "found", ...found };
          this.#changed();
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          entry.look = { state: "failed", error: fieldsOf(host, error) };
          this.#changed();
        },
      ),
    };
    this.#entries.set(key, entry);
  }

  #drop(key: string, { abort, look }: Entry): void {
    this.#entries.delete(key);
    abort.abort(new Error("the look is no longer wanted"));
    if (look.state === "found") look.session.close();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Two names for one machine with one login are one look: no host gets two connections. */
function keyOf({ address, ssh }: Host): string {
  return JSON.stringify([address, ssh]);
}

function fieldsOf(host: Host, error: unknown): QuintetErrorFields {
  if (error instanceof QuintetError) return error.fields;
  return {
    message: `Looking at ${host.name} failed.`,
    exitCode: EXIT.preflight,
    host: host.name,
    detail: error instanceof Error ? error.message : String(error),
    next: `Try with: ssh ${host.address}`,
  };
}
