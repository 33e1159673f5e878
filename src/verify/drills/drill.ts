import type { Emit } from "../../events.ts";
import type { Machines } from "../../machines/machines.ts";
import type { Context } from "../context.ts";
import type { DrillReport } from "../../report/schema.ts";

export interface DrillContext extends Context {
  /** The power switch; undefined for machines that we cannot switch off. */
  readonly machines: Machines | undefined;
  readonly emit: Emit;
  /** A verb of ours as the user would type it about this stack, for advice. */
  readonly command: (verb: string) => string;
}

/** One failure, injected under load, measured and undone. */
export interface Drill {
  readonly id: string;
  readonly title: string;
  /** Whatever happens, an abort included, what it broke is healed before this ends. An abort throws the signal's reason. */
  run(context: DrillContext): Promise<DrillReport>;
}
