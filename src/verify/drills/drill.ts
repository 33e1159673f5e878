import type { IncomingHttpHeaders } from "node:http";
import type { Emit } from "../../events.ts";
import type { Machines } from "../../machines/machines.ts";
import type { Session } from "../../remote/session.ts";
import type { Objective, RequestKind } from "../../report/schema.ts";
import type { DrillId } from "../../stack/drill-ids.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Timers } from "../../stack/timers.ts";
import type { Context } from "../context.ts";
import type { Fault } from "../faults/fault.ts";
import type { Load, LoadOptions } from "../load/load.ts";
import type { Course } from "./course.ts";
import type { Evidence, Written } from "./evidence.ts";
import type { Target } from "./targets.ts";
import type { Sight } from "./watch.ts";

export interface DrillContext extends Context {
  /** The power switch; undefined for machines that we cannot switch off. */
  readonly machines: Machines | undefined;
  readonly emit: Emit;
  /** A verb of ours as the user would type it about this stack, for advice. */
  readonly command: (verb: string) => string;
  /** Requests a second. */
  readonly rate: number;
  /** How long the stack is watched with what was broken, at least. */
  readonly watchMs: number;
  /** What --max-downtime allows, for every drill. */
  readonly maxDowntimeMs?: number;
  /** A new SSH connection, for whoever asks alone. */
  readonly connect: (host: string) => Promise<Session>;
  readonly startLoad: (options: LoadOptions) => Promise<Load>;
  /** Asks the site for a page. */
  readonly page: (path: string) => Promise<Page>;
  /** Asks for every acknowledged write. */
  readonly readBack: (ids: readonly string[]) => Promise<Written>;
}

interface Page {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What can be done to the machines of a stack. */
export interface Abilities {
  readonly power: boolean;
}

export interface Prediction {
  readonly downtimeMs: number;
  /** How it follows from the timers of the generated configuration. */
  readonly formula: string;
}

/** How the stack is broken: at its target until it is mended, or by work on one host after the other. */
type Breakage = { readonly fault: Fault; readonly ends: "when mended" | "by itself" } | { readonly course: Course };

/** One failure, injected under load, measured and undone. */
export type Drill = Breakage & {
  readonly id: DrillId;
  readonly title: string;
  /** What is done, in words; "…" stands for the target. */
  readonly does: string;
  readonly target: Target;
  /** The host says nothing of itself until it is mended: it has no power. */
  readonly silences?: boolean;
  /** Why it does not apply to this stack; undefined: it does. */
  readonly applies: (stack: Stack, abilities: Abilities) => string | undefined;
  /** What is allowed, where stack.yml and --max-downtime say nothing else. */
  readonly objective: Objective;
  /** The kinds of requests that nobody is left to answer; the objective is about the others. Default: none. */
  readonly suffers?: readonly RequestKind[];
  /** How long it has to be watched broken to show what it is about, milliseconds. */
  readonly watches?: (timers: Timers) => number;
  readonly predict: (timers: Timers, stack: Stack) => Prediction | null;
  /** The virtual IP has to move. */
  readonly takeover?: boolean;
  /** What has to be seen before the stack is mended, in words where it was not; else a fault that heals quickly would prove nothing. */
  readonly awaits?: (sight: Sight) => string | undefined;
  /** A look at the site while it is broken; what is wrong there, in words. */
  readonly look?: (context: DrillContext) => Promise<string[]>;
  /** What the numbers alone do not show. */
  readonly also?: (evidence: Evidence, stack: Stack) => string[];
};
