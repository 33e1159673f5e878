import type { Timeline } from "../schema.ts";
import { drillChart } from "./chart/drill-chart.ts";
import { WIDE } from "./chart/format.ts";
import { courseOf } from "./chart/series.ts";
import { drawn } from "./chart/svg.ts";
import { html, trusted } from "./html.ts";
import { COLORS, PATTERNS } from "./style.ts";

/** A drill's timeline as a file of its own, in light or dark colours as its reader likes: for manuals and talks. */
export function timelinePicture(title: string, timeline: Timeline): string {
  const { option, size } = drillChart(courseOf(timeline), WIDE);
  const margin = 12;
  const [width, height] = [size.width + 2 * margin, size.height + 2 * margin];
  const picture = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${width} ${height}" role="img" aria-label="${title}">
<title>${title}</title>
<style>${COLORS} text{font-family:system-ui,sans-serif}</style>
${PATTERNS}
<rect x="${-margin}" y="${-margin}" width="${width}" height="${height}" style="fill:var(--card)"/>
${trusted(drawn(option, size, "chart"))}
</svg>
`;
  return picture.text;
}
