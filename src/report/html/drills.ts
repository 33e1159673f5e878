import type { DrillReport } from "../schema.ts";
import { drillArticle } from "./drill.ts";
import { count, duration, optional } from "./format.ts";
import { type Html, html } from "./html.ts";
import { badge } from "./marks.ts";
import { scroller } from "./scroller.ts";

/** A table of all drills, then each of them with its figures and its timeline. */
export function drillsSection(drills: readonly DrillReport[]): Html {
  if (drills.length === 0) {
    return html`<section aria-labelledby="drills"><h2 id="drills">Drills</h2><p>No drill ran: nothing was broken on purpose.</p></section>`;
  }
  return html`<section aria-labelledby="drills"><h2 id="drills">Drills</h2>
${overview(drills)}
${drills.map((drill, index) => drillArticle(drill, index + 1))}
</section>`;
}

function overview(drills: readonly DrillReport[]): Html {
  const caption = "What each drill cost";
  const rows = drills.map(({ id, title, status, measured, predicted, objective }) => {
    const allowed = objective.downtimeMs === null ? "any" : duration(objective.downtimeMs);
    return html`<tr><td>${badge(status)}</td><th scope="row"><a href="#drill-${id}">${title}</a></th>
<td class="number">${allowed}</td><td class="number">${optional(predicted?.downtimeMs)}</td>
<td class="number"><b>${optional(measured?.downtimeMs)}</b></td>
<td class="number">${measured === null ? "–" : count(measured.failed)}</td>
<td class="number">${measured === null ? "–" : count(measured.slow)}</td>
<td class="number">${optional(measured?.redundancyMs)}</td></tr>`;
  });
  return scroller(
    caption,
    html`<table class="overview"><caption>${caption}</caption><thead>
<tr><td colspan="2"></td><th scope="colgroup" colspan="3">Downtime</th><th scope="colgroup" colspan="2">Requests</th><td></td></tr>
<tr><th scope="col">Result</th><th scope="col">Drill</th><th scope="col" class="number">allowed</th><th scope="col" class="number">predicted</th><th scope="col" class="number">measured</th><th scope="col" class="number">failed</th><th scope="col" class="number">slow</th><th scope="col" class="number">Whole again</th></tr>
</thead><tbody>${rows}</tbody></table>`,
  );
}
