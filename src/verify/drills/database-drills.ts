import type { RequestKind } from "../../report/schema.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Fault } from "../faults/fault.ts";
import { powerLoss } from "../faults/power.ts";
import { killed, restarted } from "../faults/units.ts";
import { always, needsPower } from "./conditions.ts";
import type { Drill } from "./drill.ts";
import type { Evidence } from "./evidence.ts";
import { none } from "./predictions.ts";
import { oneOf } from "./targets.ts";
import { databaseUnit } from "./units.ts";

const DYNAMIC: readonly RequestKind[] = ["read", "write"];

/** There is one database: what needs it fails while it is gone, and only that. */
const base = {
  target: oneOf("database"),
  applies: always,
  objective: { downtimeMs: 500, failedSafe: 0, maxHolders: 1 },
  suffers: DYNAMIC,
  predict: none("files need no database"),
} as const;

/** The fault of a service whose name the stack decides. */
function ofDatabase(fault: (unit: string) => Fault): Fault {
  const at = ({ stack }: { readonly stack: Stack }) => fault(databaseUnit(stack));
  return {
    arm: (world, host, afterMs) => at(world).arm(world, host, afterMs),
    inject: (world, host) => at(world).inject(world, host),
    repair: (world, host) => at(world).repair(world, host),
  };
}

export const databaseDrills: readonly Drill[] = [
  {
    ...base,
    id: "database-restart",
    title: "The database is restarted",
    does: "restarts the database on …",
    fault: ofDatabase(restarted),
    ends: "by itself",
    also: recovers(15_000),
  },
  {
    ...base,
    id: "database-killed",
    title: "The database is killed, and systemd restarts it",
    does: "kills the database on …",
    fault: ofDatabase(killed),
    ends: "by itself",
    also: recovers(15_000),
  },
  {
    ...base,
    id: "database-power-loss",
    title: "The database server loses power",
    does: "cuts the power of …",
    applies: needsPower,
    fault: powerLoss,
    silences: true,
    ends: "when mended",
    also: recovers(30_000),
  },
];

/** Nobody restarts the application: it finds its database again by itself. */
function recovers(limitMs: number): (evidence: Evidence) => string[] {
  return ({ records, injectedAt, repairedAt, finishedAt }) => {
    const since = repairedAt ?? injectedAt;
    const dynamic = records.filter(({ kind }) => DYNAMIC.includes(kind));
    const lastFailure = dynamic.findLast(({ ok, endedAt }) => !ok && endedAt >= since);
    const isBack = dynamic.some(({ ok, dueAt }) => ok && dueAt >= (lastFailure?.dueAt ?? since));
    const ms = Math.round((isBack ? (lastFailure?.endedAt ?? since) : finishedAt) - since);
    if (isBack && ms <= limitMs) return [];
    const how = isBack ? `needed the database for ${ms} ms` : `had not recovered after ${ms} ms`;
    return [`the application ${how}, ${limitMs} at most`];
  };
}
