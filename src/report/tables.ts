import type { Event } from "../events.ts";
import { cellText, matrixOf } from "./matrix.ts";
import { asExpected, type CheckReport, type DrillReport, type Report } from "./schema.ts";

type Table = Extract<Event, { type: "table" }>;

/** A report for a terminal: what was checked, every port that is not as it should be, what each drill cost. */
export function reportTables(report: Report): Table[] {
  const wrong = report.isolation.filter((flow) => !asExpected(flow));
  const matrix = matrixOf(report.isolation, report.hosts);
  return [
    {
      type: "table",
      title: "Checks",
      columns: ["check", "host", "result", "found"],
      rows: checkRows(report.checks),
    },
    ...table(
      "Open ports, from the hosts on the left",
      ["from", ...matrix.targets],
      matrix.rows.map((cells, row) => [matrix.sources[row] ?? "", ...cells.map(cellText)]),
    ),
    ...table(
      "Ports that are not as they should be",
      ["from", "to", "port", "expected", "found", "rule"],
      wrong.map(({ from, to, address, port, expected, actual, rule = "" }) => {
        return [from, `${to} (${address})`, String(port), expected, actual, rule];
      }),
    ),
    ...table(
      "Drills",
      ["drill", "result", "no answer for", "predicted", "failed reads", "slow", "takeover", "whole again", "why"],
      report.drills.map(drillRow),
    ),
  ];
}

function table(title: string, columns: string[], rows: string[][]): Table[] {
  return rows.length === 0 ? [] : [{ type: "table", title, columns, rows }];
}

/** A row a check where it passed on every host alike; what failed or was skipped has one for each host. */
function checkRows(checks: readonly CheckReport[]): string[][] {
  const groups = Map.groupBy(checks, ({ id, title }) => `${id}\0${title}`);
  return [...groups.values()].flatMap((all) => {
    const [first] = all;
    const alike = all.every(({ status, actual }) => status === "passed" && actual === first?.actual);
    if (alike && first !== undefined) {
      return [[first.title, all.map(({ host }) => host).join(" "), first.status, first.actual]];
    }
    return all.map(({ title, host, status, expected, actual, fix }) => {
      const mend = fix === undefined ? "" : ` ${fix}`;
      return [title, host, status, status === "failed" ? `${actual} (expected: ${expected})${mend}` : actual];
    });
  });
}

function drillRow({ id, status, measured, predicted, reason = "" }: DrillReport): string[] {
  const ms = (value: number | null | undefined) => (value == null ? "-" : `${Math.round(value)} ms`);
  const safe = measured?.kinds.filter(({ kind }) => kind !== "write").reduce((sum, { requests }) => sum + requests, 0);
  return [
    id,
    status,
    ms(measured?.downtimeMs),
    ms(predicted?.downtimeMs),
    measured ? `${measured.failedSafe} of ${safe}` : "-",
    measured ? String(measured.slow) : "-",
    ms(measured?.takeoverMs),
    ms(measured?.redundancyMs),
    reason,
  ];
}
