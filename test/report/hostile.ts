import fc from "fast-check";
import type { Report } from "../../src/report/schema.ts";

const NASTY = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "'; --",
  "</title></style>",
  "]]>",
  "<!--",
  "&amp;",
  "a|b",
  "`code`",
  "[a](javascript:b)",
  "\u0000\u0007\u001b[31m",
  "\ufffe\uffff",
  "\ud800",
  "\u202egnp.exe",
  "{{x}}",
  "<%= x %>",
  "line\nbreak",
];

/** Each of them is tried in every run. */
export const EXAMPLES = NASTY.map((text): [string] => [text]);

/** Text as nobody should write it. */
export const nasty = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.tuple(fc.constantFrom(...NASTY), fc.string({ maxLength: 6 })).map(([one, two]) => one + two),
);

/** A report in which every text that may be any text is this one; the rest is as it was. */
export function spoiled(report: Report, text: string): Report {
  const spoil = <One extends object>(one: One, keys: readonly (keyof One)[]): One => ({
    ...one,
    ...Object.fromEntries(keys.filter((key) => key in one).map((key) => [key, text])),
  });
  return {
    ...spoil(report, ["stack", "virtualIp", "site"]),
    hosts: report.hosts.map((host, index) => (index === 0 ? spoil(host, ["name", "address"]) : host)),
    limit: [text],
    checks: report.checks.map((check) => spoil(check, ["id", "host", "title", "expected", "actual", "fix"])),
    isolation: report.isolation.map((flow, index) =>
      index < 40 ? spoil(flow, ["from", "to", "address", "rule"]) : flow,
    ),
    drills: report.drills.map((drill) => ({
      ...spoil(drill, ["id", "title", "reason"]),
      hosts: [text],
      predicted: drill.predicted === null ? null : { ...drill.predicted, formula: text },
      measured:
        drill.measured === null
          ? null
          : {
              ...drill.measured,
              kinds: drill.measured.kinds.map((kind) => ({ ...kind, statuses: { [text]: 1 } })),
            },
      timeline:
        drill.timeline === null
          ? null
          : {
              ...drill.timeline,
              points: drill.timeline.points.map((point) => ({
                ...point,
                servers: { [text]: 1 },
                balancers: { [text]: 1 },
              })),
              holders: drill.timeline.holders.map((holder) => ({ ...holder, host: text })),
              marks: drill.timeline.marks.map((mark) => ({ ...mark, text })),
            },
    })),
  };
}

/** Small enough to be rendered a hundred times. */
export function small(report: Report): Report {
  return {
    ...report,
    isolation: report.isolation.slice(0, 45),
    drills: report.drills.slice(0, 2).map((drill) => ({
      ...drill,
      timeline: drill.timeline === null ? null : { ...drill.timeline, points: drill.timeline.points.slice(0, 30) },
    })),
  };
}
