import { CustomChart, LineChart } from "echarts/charts";
import { GraphicComponent, GridComponent, TitleComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, CustomChart, GridComponent, GraphicComponent, TitleComponent, SVGRenderer]);

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Draws a chart as the inside of an SVG, without a browser. `id` keeps its ids apart from those of the page's others. */
export function drawn(option: EChartsCoreOption, size: Size, id: string): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    chart.setOption({ animation: false, ...option });
    return tidied(chart.renderToSVGString(), id);
  } finally {
    // What is not disposed of keeps the process alive.
    chart.dispose();
  }
}

/**
 * ECharts adds what only its own scripts need: marks of the data, styles for a pointer, grounds that nobody sees. A page without scripts is
 * smaller without them. Ids count up over the whole process; here they count within a chart, so that the same report
 * gives the same page.
 */
function tidied(svg: string, id: string): string {
  return svg
    .replace(/^<svg [^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<style\s*>[\s\S]*?<\/style>/g, "")
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>/g, "")
    .replace(/<path [^>]*fill-opacity="0" [^>]*stroke-width="0"[^>]*><\/path>/g, "")
    .replace(/ (?:ecmeta_\w+|class|pointer-events|xml:space)="[^"]*"/g, "")
    .replace(/font-family:[^;"]*;?/g, "")
    .replace(/\bzr\d+-/g, `${id}-`)
    .replace(/ d="[^"]*"/g, (path) =>
      path.replace(/-?\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10)),
    )
    .replace(/\n+/g, "\n")
    .trim();
}
