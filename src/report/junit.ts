import { escaped } from "./html/html.ts";
import { asExpected, type CheckReport, type DrillReport, type IsolationReport, type Report } from "./schema.ts";

interface Case {
  readonly name: string;
  readonly classname: string;
  readonly seconds: number;
  /** Text of a failure: message first, then the whole story. */
  readonly failure?: readonly [message: string, text: string];
  readonly skipped?: string;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** junit.xml, as CI systems read it: a suite each for checks, isolation and drills. */
export function junitOf(report: Report): string {
  const suites: Suite[] = [
    { name: "checks", cases: report.checks.map(checkCase) },
    { name: "isolation", cases: report.isolation.map(flowCase) },
    { name: "drills", cases: report.drills.map(drillCase) },
  ];
  const seconds = Math.max(0, Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1_000;
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escaped(`quintet ${report.stack}`)}" ${counts(all)} time="${seconds.toFixed(3)}">`,
    ...suites.map((suite) => suiteText(suite, report.startedAt.replace(/(\.\d+)?Z$/, ""))),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteText({ name, cases }: Suite, timestamp: string): string {
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  const begin = `  <testsuite name="${name}" ${counts(cases)} time="${seconds.toFixed(3)}" timestamp="${escaped(timestamp)}">`;
  return [begin, ...cases.map(caseText), "  </testsuite>"].join("\n");
}

function caseText({ name, classname, seconds, failure, skipped }: Case): string {
  const begin = `    <testcase name="${escaped(name)}" classname="${escaped(classname)}" time="${seconds.toFixed(3)}"`;
  if (failure !== undefined) {
    const [message, text] = failure;
    return `${begin}>\n      <failure message="${escaped(oneLine(message))}" type="failed">${escaped(text)}</failure>\n    </testcase>`;
  }
  if (skipped !== undefined)
    return `${begin}>\n      <skipped message="${escaped(oneLine(skipped))}"/>\n    </testcase>`;
  return `${begin}/>`;
}

function counts(cases: readonly Case[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  return `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
}

function checkCase({ id, host, title, status, expected, actual, fix, durationMs }: CheckReport): Case {
  const text = [`expected: ${expected}`, `actual: ${actual}`, ...(fix === undefined ? [] : [`fix: ${fix}`])].join("\n");
  return {
    name: `${title} (${host})`,
    classname: `checks.${id}`,
    seconds: durationMs / 1_000,
    ...(status === "failed" ? { failure: [`${host}: ${actual}`, text] } : {}),
    ...(status === "skipped" ? { skipped: actual } : {}),
  };
}

function flowCase(flow: IsolationReport): Case {
  const { from, to, address, port, expected, actual, rule } = flow;
  const name = `${from} to ${to}, ${address} port ${port}`;
  const text = [`expected: ${expected}`, `actual: ${actual}`, ...(rule === undefined ? [] : [`rule: ${rule}`])].join(
    "\n",
  );
  return {
    name,
    classname: `isolation.${from}`,
    seconds: 0,
    ...(asExpected(flow) ? {} : { failure: [`${name}: ${actual}, expected ${expected}`, text] }),
  };
}

function drillCase({ id, title, status, reason = "", objective, predicted, measured, timeline }: DrillReport): Case {
  const last = timeline?.points.at(-1)?.at ?? 0;
  const allowed = (value: number | null, unit: string) => (value === null ? "any" : `at most ${value}${unit}`);
  const found =
    measured === null
      ? []
      : [
          `measured: downtime ${measured.downtimeMs} ms, ${measured.failed} of ${measured.requests} requests failed, ${measured.failedSafe} of them reads`,
        ];
  const text = [
    reason,
    `allowed: downtime ${allowed(objective.downtimeMs, " ms")}, failed reads ${allowed(objective.failedSafe, "")}`,
    ...(predicted === null ? [] : [`predicted: downtime ${predicted.downtimeMs} ms: ${predicted.formula}`]),
    ...found,
  ].join("\n");
  return {
    name: title,
    classname: `drills.${id}`,
    seconds: last / 1_000,
    ...(status === "failed" ? { failure: [reason, text] } : {}),
    ...(status === "skipped" ? { skipped: reason } : {}),
  };
}

/** A message is an attribute, where a line break would become a space anyway. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
