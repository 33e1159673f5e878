import type { Emit } from "../events.ts";
import type { Report } from "../report/schema.ts";

/** Shows a report to people: every check, every flow that is not as it should be, every drill. */
export function showReport(report: Report, emit: Emit): void {
  emit({
    type: "table",
    title: "Checks",
    columns: ["check", "host", "result", "found"],
    rows: report.checks.map(({ title, host, status, expected, actual }) => [
      title,
      host,
      status,
      status === "failed" ? `${actual} (expected: ${expected})` : actual,
    ]),
  });
  const wrong = report.isolation.filter((flow) => flow.expected !== flow.actual);
  if (wrong.length > 0) {
    emit({
      type: "table",
      title: "Ports that are not as they should be",
      columns: ["from", "to", "port", "expected", "found"],
      rows: wrong.map(({ from, to, port, expected, actual }) => [from, to, String(port), expected, actual]),
    });
  }
  if (report.drills.length > 0) {
    emit({
      type: "table",
      title: "Drills",
      columns: ["drill", "result", "no answer for", "failed requests", "takeover", "holders seen", "why"],
      rows: report.drills.map(({ title, status, measured, reason = "" }) => [
        title,
        status,
        measured ? `${measured.downtimeMs} ms` : "-",
        measured ? `${measured.failedRequests} of ${measured.requests}` : "-",
        measured?.takeoverMs == null ? "-" : `${measured.takeoverMs} ms`,
        measured ? `${measured.vipHolders.min} to ${measured.vipHolders.max}` : "-",
        reason,
      ]),
    });
  }
}
