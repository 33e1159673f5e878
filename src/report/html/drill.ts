import type { DrillReport, Measured } from "../schema.ts";
import { chartFigure } from "./chart-figure.ts";
import { comparison } from "./comparison.ts";
import { count, duration, listed, optional } from "./format.ts";
import { type Html, html } from "./html.ts";
import { badge } from "./marks.ts";
import { scroller } from "./scroller.ts";

/** One drill: the verdict, what was allowed, predicted and measured, the timeline, and the figures behind it. */
export function drillArticle(drill: DrillReport, number: number): Html {
  const { id, title, status, reason, hosts, measured, timeline } = drill;
  const broke = hosts.length === 0 ? undefined : html` · broke ${listed(hosts)}`;
  return html`<article class="drill" id="drill-${id}" aria-labelledby="title-${id}">
<h3 id="title-${id}">${badge(status)} ${title}</h3>
<p class="about">${id}${broke}</p>
${reason === undefined ? undefined : html`<p class="reason ${status}">${sentence(reason)}</p>`}
${measured === null ? undefined : comparison(drill, measured)}
${timeline === null || timeline.points.length === 0 ? undefined : chartFigure(title, timeline, number)}
${measured === null ? undefined : html`<div class="tables">${kinds(measured, title)}${latency(measured, title)}</div>${others(timeline?.marks.some(({ what }) => what === "repaired") ?? false, measured)}`}
</article>`;
}

function kinds({ kinds }: Measured, title: string): Html {
  const caption = "By kind of request";
  const rows = kinds.map(
    ({
      kind,
      requests,
      failed,
      downtimeMs,
      statuses,
    }) => html`<tr><th scope="row">${kind}</th><td class="number">${count(requests)}</td>
<td class="number">${count(failed)}</td><td class="number">${duration(downtimeMs)}</td><td>${statusText(statuses)}</td></tr>`,
  );
  return scroller(
    `${caption}: ${title}`,
    html`<table><caption>${caption}</caption><thead><tr><th scope="col">Kind</th><th scope="col" class="number">sent</th><th scope="col" class="number">failed</th><th scope="col" class="number">downtime</th><th scope="col">answers</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

function statusText(statuses: Readonly<Record<string, number>>): Html[] {
  return Object.entries(statuses).map(
    ([status, often]) => html`<span class="line">${status === "none" ? "no answer" : status}: ${count(often)}</span>`,
  );
}

function latency({ latencyMs }: Measured, title: string): Html {
  const caption = "How long answers took";
  const rows = (["before", "during", "after"] as const).map((when) => {
    const of = latencyMs[when];
    const cells = (["p50", "p95", "p99", "max"] as const).map(
      (name) => html`<td class="number">${optional(of?.[name])}</td>`,
    );
    return html`<tr><th scope="row">${when}</th>${cells}</tr>`;
  });
  return scroller(
    `${caption}: ${title}`,
    html`<table><caption>${caption}</caption><thead><tr><td></td><th scope="col" class="number">p50</th><th scope="col" class="number">p95</th><th scope="col" class="number">p99</th><th scope="col" class="number">slowest</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

/** `repaired`: there was something to repair; without, the way back counts from the injection. */
function others(
  repaired: boolean,
  { takeoverMs, redundancyMs, retried, resent, slow, holders, writes, generator }: Measured,
): Html {
  const facts: [string, string][] = [
    ["Taken over after", takeoverMs === null ? "not taken over" : duration(takeoverMs)],
    [
      "Whole again",
      redundancyMs === null
        ? "not within the limit"
        : `${duration(redundancyMs)} after ${repaired ? "the repair" : "it began"}`,
    ],
    ["Tried again by the balancer", count(retried)],
    ["Slow, 1 s or more", count(slow)],
    ["Sent again by the client", count(resent)],
    ["Nobody held the virtual IP", duration(holders.noneMs)],
    ["Several held it", duration(holders.severalMs)],
    ["Acknowledged writes", writes === null ? "not looked at" : writesText(writes)],
    ["The load was late by", `${duration(generator.behindMs)}, at most ${duration(generator.limitMs)}`],
  ];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function writesText({ acknowledged, missing, doubled, unread }: NonNullable<Measured["writes"]>): string {
  const wrong = Object.entries({ missing, doubled, "not read back": unread }).filter(([, ids]) => ids.length > 0);
  if (wrong.length === 0) return `${count(acknowledged)}, each there once`;
  return [count(acknowledged), ...wrong.map(([what, ids]) => `${count(ids.length)} ${what}`)].join(", ");
}

function sentence(text: string): string {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
