import { asExpected, type DrillReport, type Report, type RequestKind } from "../schema.ts";
import { count, counted, duration, lengthOf, listed, moment } from "./format.ts";
import { type Html, html } from "./html.ts";
import { sign } from "./marks.ts";

/** The figures that a reader asks for first. */
export interface Headline {
  readonly verdict: string;
  /** No request at all succeeded for so long. */
  readonly worst: { readonly ms: number; readonly drill: DrillReport } | undefined;
  /** No request of one kind did, where that is longer: without a database, static files are served. */
  readonly worstOfKind: { readonly ms: number; readonly drill: DrillReport; readonly kind: RequestKind } | undefined;
  readonly requests: number;
  readonly lost: number;
  readonly acknowledged: number;
  readonly lostWrites: number;
}

export function headlineOf(report: Report): Headline {
  const measured = report.drills.flatMap((drill) => (drill.measured === null ? [] : [{ drill, ...drill.measured }]));
  const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0);
  const [worst] = measured.toSorted((one, two) => two.downtimeMs - one.downtimeMs);
  const [kind] = measured
    .flatMap(({ drill, kinds }) => kinds.map((one) => ({ ms: one.downtimeMs, drill, kind: one.kind })))
    .toSorted((one, two) => two.ms - one.ms);
  const writes = measured.flatMap((one) => one.writes ?? []);
  return {
    verdict: verdictOf(report),
    worst: worst === undefined ? undefined : { ms: worst.downtimeMs, drill: worst.drill },
    // Of one kind there are fewer requests, so the time between two of them is longer.
    worstOfKind: kind !== undefined && worst !== undefined && kind.ms > 2 * worst.downtimeMs ? kind : undefined,
    requests: sum(measured.map((one) => one.requests)),
    lost: sum(measured.map((one) => one.failed)),
    acknowledged: sum(writes.map((one) => one.acknowledged)),
    lostWrites: sum(writes.map((one) => one.missing.length)),
  };
}

/** One sentence: what did not pass, or that all did. */
export function verdictOf({ result, checks, isolation, drills }: Report): string {
  const failed = (all: readonly { readonly status: string }[]) =>
    all.filter(({ status }) => status === "failed").length;
  const wrong = isolation.filter((flow) => !asExpected(flow)).length;
  if (result === "failed") {
    const faults = [
      ...(failed(drills) > 0 ? [counted(failed(drills), "drill")] : []),
      ...(failed(checks) > 0 ? [counted(failed(checks), "check")] : []),
      ...(wrong > 0 ? [counted(wrong, "port")] : []),
    ];
    return `${listed(faults)} did not come out as they should.`.replace(
      /^(1 \w+) did not come out as they/,
      "$1 did not come out as it",
    );
  }
  const ran = [
    ...(checks.length > 0 ? [counted(checks.filter(({ status }) => status === "passed").length, "check")] : []),
    ...(isolation.length > 0 ? [counted(isolation.length, "port")] : []),
    ...(drills.length > 0 ? [counted(drills.filter(({ status }) => status === "passed").length, "drill")] : []),
  ];
  return `${listed(ran)}: all as they should be.`;
}

export function banner(report: Report): Html {
  const { verdict } = headlineOf(report);
  const limit = report.limit === undefined ? undefined : html` · only ${listed(report.limit)}`;
  return html`<header class="banner ${report.result}">
<p class="about">${report.stack} · ${report.site}</p>
<h1>${sign(report.result)}<span>${report.result === "passed" ? "Passed" : "Failed"}</span></h1>
<p class="verdict">${verdict}</p>
<p class="when"><time datetime="${report.startedAt}">${moment(report.startedAt)}</time> · took ${lengthOf(report)}${limit}</p>
</header>`;
}

export function figures(report: Report): Html {
  const { worst, requests, lost, acknowledged, lostWrites } = headlineOf(report);
  const { checks, isolation } = report;
  const passed = checks.filter(({ status }) => status === "passed").length;
  const skipped = checks.filter(({ status }) => status === "skipped").length;
  const right = isolation.filter(asExpected).length;
  const none = "no drill measured it";
  const share = (some: number, all: number, one: string) => (all === 0 ? "–" : `${count(some)}${one}`);
  const all: [title: string, value: string, note: string | Html][] = [
    ["Worst downtime", worst === undefined ? "–" : duration(worst.ms), worstNote(report) ?? none],
    [
      "Requests lost",
      share(lost, requests, ""),
      requests === 0 ? none : `of ${count(requests)} sent while things broke`,
    ],
    [
      "Writes lost",
      share(lostWrites, acknowledged, ""),
      acknowledged === 0 ? none : `of ${count(acknowledged)} that were acknowledged`,
    ],
    ["Drills", drillsText(report), drillsNote(report)],
    ["Checks", `${passed} of ${checks.length - skipped}`, skipped === 0 ? "passed" : `passed, ${skipped} skipped`],
    [
      "Isolation",
      share(right, isolation.length, ` of ${count(isolation.length)}`),
      isolation.length === 0 ? "no port was tried" : "ports as they should be",
    ],
  ];
  return html`<dl class="figures">${all.map(([title, value, note]) => {
    return html`<div><dt>${title}</dt><dd><strong>${value}</strong><span>${note}</span></dd></div>`;
  })}</dl>`;
}

function worstNote(report: Report): Html | undefined {
  const { worst, worstOfKind } = headlineOf(report);
  if (worst === undefined) return undefined;
  const link = (drill: DrillReport) => html`<a href="#drill-${drill.id}">${drill.title}</a>`;
  const ofKind =
    worstOfKind === undefined
      ? undefined
      : html`</span><span class="more">${duration(worstOfKind.ms)} for ${NAMES[worstOfKind.kind]}: ${link(worstOfKind.drill)}`;
  return html`${link(worst.drill)}${ofKind}`;
}

const NAMES: Readonly<Record<RequestKind, string>> = { static: "static files", read: "reads", write: "writes" };

function drillsText({ drills }: Report): string {
  const ran = drills.filter(({ status }) => status !== "skipped");
  return ran.length === 0 ? "–" : `${ran.filter(({ status }) => status === "passed").length} of ${ran.length}`;
}

function drillsNote({ drills }: Report): string {
  const skipped = drills.filter(({ status }) => status === "skipped").length;
  if (drills.length === 0) return "none in this run";
  return skipped === 0 ? "passed" : `passed, ${skipped} skipped`;
}
