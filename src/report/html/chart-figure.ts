import type { Timeline } from "../schema.ts";
import { drillChart } from "./chart/drill-chart.ts";
import { type Format, NARROW, WIDE } from "./chart/format.ts";
import { type Course, courseOf, injectionOf } from "./chart/series.ts";
import { drawn } from "./chart/svg.ts";
import { duration } from "./format.ts";
import { type Html, html, printable, trusted } from "./html.ts";

/** The timeline of a drill, drawn for wide pages and for phones; a style sheet shows the one that fits. */
export function chartFigure(title: string, timeline: Timeline, number: number): Html {
  const course = printed(courseOf(timeline));
  const label = `Timeline of: ${title}. ${marksText(timeline)}`;
  return html`<figure class="timeline">
${svg(course, WIDE, "wide", `c${number}w`, label)}
${svg(course, NARROW, "narrow", `c${number}n`, label)}
<figcaption>${marksList(timeline)}${legend()}</figcaption></figure>`;
}

function svg(course: Course, format: Format, name: string, id: string, label: string): Html {
  const { option, size } = drillChart(course, format);
  return html`<svg class="chart ${name}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${label}"><title>${label}</title>
${trusted(drawn(option, size, id))}</svg>`;
}

/** ECharts escapes what it draws, but lets through what may not stand on a page, and breaks lines. */
function printed(course: Course): Course {
  const named = <One extends { readonly name: string }>(one: One) => ({
    ...one,
    name: printable(one.name).replace(/\s+/g, " "),
  });
  return { ...course, servers: course.servers.map(named), holders: course.holders.map(named) };
}

function since(at: number, zero: number): string {
  const ms = at - zero;
  return ms === 0 ? "at 0 s" : `${ms > 0 ? "after" : "before"} ${duration(Math.abs(ms))}`;
}

function marksText(timeline: Timeline): string {
  const zero = injectionOf(timeline);
  return timeline.marks.map(({ at, what, text }) => `${what} ${since(at, zero)}: ${text}.`).join(" ");
}

function marksList(timeline: Timeline): Html {
  const zero = injectionOf(timeline);
  const items = timeline.marks.map(
    ({ at, what, text }) => html`<li><b>${what}</b> <span class="at">${since(at, zero)}</span> ${text}</li>`,
  );
  return html`<ol class="marks">${items}</ol>`;
}

function legend(): Html {
  const swatch = (name: string) =>
    html`<svg viewBox="0 0 22 12" aria-hidden="true" focusable="false"><rect class="${name}" x=".5" y=".5" width="21" height="11"/></svg>`;
  const stroke = (name: string) =>
    html`<svg viewBox="0 0 22 12" aria-hidden="true" focusable="false"><path class="${name}" d="M0 6h22"/></svg>`;
  return html`<ul class="legend">
<li>${swatch("fine")}answered</li><li>${swatch("slow")}answered, after 1 s or more</li><li>${swatch("lost")}failed</li>
<li>${stroke("median")}median</li><li>${stroke("slowest")}slowest</li>
<li>${swatch("holder")}held the virtual IP</li><li>${swatch("lost")}nobody did</li><li>${swatch("several")}more than one did</li></ul>`;
}
