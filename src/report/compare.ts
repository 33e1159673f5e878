import { type Figure, type Moved, moved } from "./moved.ts";
import { asExpected, type DrillReport, type Report } from "./schema.ts";

/** A check of a host, a port or a drill, whose verdict is not what it was. */
export interface Change {
  readonly kind: "check" | "port" | "drill";
  readonly what: string;
  readonly host: string;
  /** What was found, or why. */
  readonly found: string;
}

export interface MovedFigure extends Moved {
  readonly drill: string;
  readonly figure: Figure;
}

/** What is news in the second of two reports. */
export interface Comparison {
  readonly fails: readonly Change[];
  readonly stillFails: readonly Change[];
  readonly mended: readonly Change[];
  /** Passed or failed before; now skipped, or not part of the run. */
  readonly notRun: readonly Change[];
  readonly slower: readonly MovedFigure[];
  readonly quicker: readonly MovedFigure[];
  /** Whatever keeps the two from being about the same. */
  readonly notes: readonly string[];
  /** Something fails that did not, or got slower. */
  readonly worse: boolean;
}

interface Verdict extends Change {
  readonly status: "passed" | "failed" | "skipped";
}

export function compareReports(before: Report, after: Report): Comparison {
  const old = verdictsOf(before);
  const now = verdictsOf(after);
  const was = (key: string) => old.get(key)?.status;
  const failing = [...now].filter(([, { status }]) => status === "failed");
  const fails = failing.filter(([key]) => was(key) !== "failed").map(changeOf);
  const figures = after.drills.flatMap((drill) =>
    movedIn(
      before.drills.find(({ id }) => id === drill.id),
      drill,
    ),
  );
  const slower = figures.filter(({ worse }) => worse);
  return {
    fails,
    stillFails: failing.filter(([key]) => was(key) === "failed").map(changeOf),
    mended: [...now].filter(([key, { status }]) => status === "passed" && was(key) === "failed").map(changeOf),
    notRun: notRun(old, now, after),
    slower,
    quicker: figures.filter(({ worse }) => !worse),
    notes: notesOn(before, after),
    worse: fails.length > 0 || slower.length > 0,
  };
}

/** Every verdict of a report, by what it is about. */
function verdictsOf({ checks, isolation, drills }: Report): Map<string, Verdict> {
  return new Map([
    ...checks.map(({ id, host, title, status, actual }): [string, Verdict] => {
      return [JSON.stringify(["check", id, host]), { kind: "check", what: title, host, found: actual, status }];
    }),
    ...isolation.map((flow): [string, Verdict] => {
      const { from, to, address, port, actual, expected } = flow;
      const found = `${actual}, expected ${expected}`;
      const what = `${from} to ${to}, ${address} port ${port}`;
      const status = asExpected(flow) ? "passed" : "failed";
      return [JSON.stringify(["port", from, to, address, port]), { kind: "port", what, host: to, found, status }];
    }),
    ...drills.map(({ id, title, hosts, status, reason = "" }): [string, Verdict] => {
      return [
        JSON.stringify(["drill", id]),
        { kind: "drill", what: title, host: hosts.join(", "), found: reason, status },
      ];
    }),
  ]);
}

function changeOf([, { kind, what, host, found }]: readonly [string, Verdict]): Change {
  return { kind, what, host, found };
}

/** A kind that the second run had none of was left out as a whole: the notes say so once. */
function notRun(old: ReadonlyMap<string, Verdict>, now: ReadonlyMap<string, Verdict>, after: Report): Change[] {
  const leftOut = {
    check: after.checks.length === 0,
    port: after.isolation.length === 0,
    drill: after.drills.length === 0,
  };
  const meant = (host: string) => after.limit === undefined || after.limit.includes(host);
  return [...old]
    .filter(([, { status, kind, host }]) => status !== "skipped" && !leftOut[kind] && (kind === "drill" || meant(host)))
    .filter(([key]) => (now.get(key)?.status ?? "skipped") === "skipped")
    .map(([key, verdict]) => {
      const { found } = now.get(key) ?? {};
      return { ...changeOf([key, verdict]), found: found || "not part of the run" };
    });
}

function movedIn(before: DrillReport | undefined, after: DrillReport): MovedFigure[] {
  if (!before?.measured || !after.measured) return [];
  return moved(before.measured, after.measured).map((one) => ({ drill: after.id, ...one }));
}

function notesOn(before: Report, after: Report): string[] {
  const listed = (limit: Report["limit"]) => limit?.join(", ") ?? "all hosts";
  const hosts = (report: Report) =>
    JSON.stringify(report.hosts.map(({ name, tiers }) => [name, [...tiers].sort()]).sort());
  return [
    ...(before.stack === after.stack ? [] : [`They are of different stacks: ${before.stack} and ${after.stack}.`]),
    ...(listed(before.limit) === listed(after.limit)
      ? []
      : [`The first is about ${listed(before.limit)}, the second about ${listed(after.limit)}.`]),
    ...(hosts(before) === hosts(after) ? [] : ["The stack has other hosts or tiers than it had."]),
    ...(before.drills.length > 0 && after.drills.length === 0 ? ["The second run had no drills."] : []),
    ...(before.drills.length === 0 && after.drills.length > 0 ? ["The first run had no drills."] : []),
  ];
}
