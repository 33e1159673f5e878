import type { RequestKind } from "../../report/schema.ts";
import type { Clock } from "../clock.ts";
import type { FaultWorld } from "../faults/fault.ts";

/** What work on the stack's hosts needs. */
export interface CourseWorld extends FaultWorld {
  readonly hosts: readonly string[];
  readonly signal: AbortSignal;
  tell(host: string, text: string): void;
  /** The host is there again: waits until the stack is in full redundancy; throws if that takes too long. */
  untilRedundant(host: string): Promise<void>;
  /** Does something during which nobody is left to answer these kinds of requests: they do not count meanwhile. */
  without<Result>(kinds: readonly RequestKind[], work: () => Promise<Result>): Promise<Result>;
  /** Does something while which the host says nothing of itself. */
  away<Result>(host: string, work: () => Promise<Result>): Promise<Result>;
  readonly clock: Clock;
}

/** Work on one host after the other, which leaves nothing broken behind: each of its steps is whole by itself. */
export type Course = (world: CourseWorld) => Promise<void>;
