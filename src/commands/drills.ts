import { EXIT, QuintetError } from "../errors.ts";
import type { Machines } from "../machines/machines.ts";
import { DRILL_IDS, type DrillId } from "../stack/drill-ids.ts";
import type { Stack } from "../stack/stack.ts";
import type { Drill } from "../verify/drills/drill.ts";
import { drillsNamed } from "../verify/drills/drills.ts";
import { objectiveOf } from "../verify/drills/objective.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { numberFlag, timeFlag } from "./flag-values.ts";

/** The flags about drills. */
export interface DrillOptions extends Pick<CommonOptions, "yes"> {
  readonly drills?: boolean;
  readonly drill?: readonly DrillId[];
  readonly skip?: readonly DrillId[];
  readonly listDrills?: boolean;
  readonly rate?: string;
  readonly duration?: string;
  readonly maxDowntime?: string;
}

/** Which drills to run, and how, where that is not what stack.yml says. */
export interface ChosenDrills {
  readonly ids: readonly DrillId[];
  /** Requests a second. */
  readonly rate?: number;
  /** How long the stack is watched while it is broken, at least. */
  readonly watchMs?: number;
  readonly maxDowntimeMs?: number;
}

const MOST_WATCH_MS = 300_000;
const MOST_DOWNTIME_MS = 600_000;

/** What the flags say of drills; in the order in which drills are run, whatever theirs. */
export function chosenDrills(options: DrillOptions, unlessSaid: readonly DrillId[] = []): ChosenDrills {
  const { drills, drill, skip = [] } = options;
  const all = drill ?? (drills || skip.length > 0 ? DRILL_IDS : unlessSaid);
  const rate = numberFlag("--rate", options.rate, 1, 1_000);
  const maxDowntimeMs = numberFlag("--max-downtime", options.maxDowntime, 0, MOST_DOWNTIME_MS);
  const watchMs = timeFlag("--duration", options.duration);
  if (watchMs !== undefined && watchMs > MOST_WATCH_MS) {
    throw usage(`--duration ${options.duration} is more than ${MOST_WATCH_MS / 60_000} minutes.`, "Give less.");
  }
  const ids = DRILL_IDS.filter((id) => all.includes(id) && !skip.includes(id));
  if (ids.length === 0 && all.length > 0) throw usage("Every drill is skipped.", "Leave one out of --skip.");
  const about = { rate, "max-downtime": maxDowntimeMs, duration: watchMs };
  for (const [flag, value] of Object.entries(about)) {
    if (value === undefined || ids.length > 0) continue;
    throw usage(`--${flag} is about drills, and none is asked for.`, "Add --drills, or --drill with the id of one.");
  }
  return {
    ids,
    ...(rate !== undefined && { rate }),
    ...(watchMs !== undefined && { watchMs }),
    ...(maxDowntimeMs !== undefined && { maxDowntimeMs }),
  };
}

/** `--list-drills`: what each drill would do to this stack, and what it may cost. */
export function drillsTable(stack: Stack, machines: Machines | undefined, options: DrillOptions) {
  const { maxDowntimeMs } = chosenDrills(options, DRILL_IDS);
  return {
    type: "table" as const,
    title: `Drills of ${stack.name}`,
    columns: ["drill", "does", "may cost", "does not apply because"],
    rows: drillsNamed(DRILL_IDS).map((drill) => {
      const { downtimeMs, failedSafe } = objectiveOf(drill, {
        stack,
        ...(maxDowntimeMs !== undefined && { maxDowntimeMs }),
      });
      const costs = [
        ...(downtimeMs === null ? [] : [`${downtimeMs} ms without an answer`]),
        ...(failedSafe === null ? [] : [`${failedSafe} failed reads`]),
      ];
      return [
        drill.id,
        does(drill, stack),
        costs.join(", ") || "whatever it takes",
        reasonAgainst(drill, stack, machines),
      ];
    }),
  };
}

/** A drill that was asked for by its id and cannot be run here would be one that proves nothing, and says so too late. */
export function refuseInapplicable(stack: Stack, machines: Machines | undefined, { drill = [] }: DrillOptions): void {
  for (const one of drillsNamed(drill)) {
    const reason = reasonAgainst(one, stack, machines);
    if (reason !== "") throw usage(`The drill ${one.id} does not apply here: ${reason}.`, "Leave it out of --drill.");
  }
}

/**
 * On machines that are no rehearsal: says what the drills will do and to which host, and goes on only after a yes, or
 * with --yes.
 */
export async function agreeToDrills(
  stack: Stack,
  { ids }: ChosenDrills,
  machines: Machines | undefined,
  options: DrillOptions,
  context: CommandContext,
): Promise<void> {
  if (ids.length === 0 || machines !== undefined) return;
  const drills = drillsNamed(ids).filter((drill) => reasonAgainst(drill, stack, machines) === "");
  context.emit({
    type: "table",
    title: `The hosts of ${stack.name} are no rehearsal. These drills break them on purpose, one after another, and mend them:`,
    columns: ["drill", "does"],
    rows: drills.map((drill) => [drill.id, does(drill, stack)]),
  });
  if (options.yes) return;
  if (context.ask === undefined) {
    throw usage("Nobody can be asked whether these hosts may be broken on purpose.", "Add --yes if they may.");
  }
  if (await context.ask.confirm("Break these hosts on purpose now?")) return;
  throw new QuintetError({
    message: "Nothing was broken.",
    exitCode: EXIT.interrupted,
    step: "Ask about the drills",
    next: "Choose some with --drill, or rehearse on throw-away machines: quintet rehearse --drills",
  });
}

function does(drill: Drill, stack: Stack): string {
  return drill.does.replace("…", drill.target.describe(stack));
}

function reasonAgainst(drill: Drill, stack: Stack, machines: Machines | undefined): string {
  return drill.applies(stack, { power: machines !== undefined }) ?? "";
}

function usage(message: string, next: string): QuintetError {
  return new QuintetError({ message, exitCode: EXIT.usage, step: "Read the command line", next });
}
