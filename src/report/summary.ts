import { count, duration, lengthOf, moment, optional } from "./html/format.ts";
import { headlineOf } from "./html/headline.ts";
import { printable } from "./html/html.ts";
import { asExpected, type Report } from "./schema.ts";

/** summary.md: the verdict, what failed, and a row a drill. */
export function summaryOf(report: Report): string {
  const { verdict, worst, worstOfKind, requests, lost, acknowledged, lostWrites } = headlineOf(report);
  const measured =
    worst === undefined
      ? []
      : [
          `- Worst downtime: **${duration(worst.ms)}** (${plain(worst.drill.id)})`,
          ...(worstOfKind === undefined
            ? []
            : [
                `- Longest without any ${worstOfKind.kind} request: **${duration(worstOfKind.ms)}** (${plain(worstOfKind.drill.id)})`,
              ]),
          `- Requests lost: **${count(lost)}** of ${count(requests)}`,
          ...(acknowledged === 0
            ? []
            : [`- Acknowledged writes lost: **${count(lostWrites)}** of ${count(acknowledged)}`]),
        ];
  const failed = report.checks.filter(({ status }) => status === "failed");
  const wrong = report.isolation.filter((flow) => !asExpected(flow));
  return `${[
    `# ${report.result === "passed" ? "✅ Passed" : "❌ Failed"}: ${plain(report.stack)}`,
    plain(verdict),
    `${moment(report.startedAt)}, took ${lengthOf(report)}.`,
    ...(measured.length === 0 ? [] : [measured.join("\n")]),
    ...section(
      "Drills",
      ["drill", "result", "allowed", "predicted", "measured", "failed", "slow", "why"],
      drillRows(report),
    ),
    ...section(
      "Checks that failed",
      ["check", "host", "found", "expected", "fix"],
      failed.map(({ title, host, actual, expected, fix = "" }) => [title, host, actual, expected, fix]),
    ),
    ...section(
      "Ports that are not as they should be",
      ["from", "to", "address", "port", "found", "expected", "rule"],
      wrong.map(({ from, to, address, port, actual, expected, rule = "" }) => {
        return [from, to, address, String(port), actual, expected, rule];
      }),
    ),
  ].join("\n\n")}\n`;
}

function drillRows({ drills }: Report): string[][] {
  return drills.map(({ id, status, objective, predicted, measured, reason = "" }) => [
    id,
    `${{ passed: "✅", failed: "❌", skipped: "➖" }[status]} ${status}`,
    objective.downtimeMs === null ? "any" : duration(objective.downtimeMs),
    optional(predicted?.downtimeMs),
    optional(measured?.downtimeMs),
    measured === null ? "–" : count(measured.failed),
    measured === null ? "–" : count(measured.slow),
    reason,
  ]);
}

function section(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(" | ")} |`;
  return [`## ${title}`, [line(columns), `|${" --- |".repeat(columns.length)}`, ...rows.map(line)].join("\n")];
}

/** Text that Markdown takes for nothing but text, in the cell of a table, too: one line, nothing that means something. */
function plain(text: string): string {
  return printable(text)
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_{}[\]<>|~$#&!@^]|:(?=\/\/)|(?<=www)\./gi, "\\$&");
}
