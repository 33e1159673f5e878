import type { EChartsCoreOption } from "echarts/core";
import { laneAxis, xAxis, yAxis } from "./axes.ts";
import { BADGES, type Format, LANE } from "./format.ts";
import { holderBands } from "./holder-bands.ts";
import { marks } from "./marks.ts";
import type { Course, Step } from "./series.ts";
import type { Size } from "./svg.ts";

const TITLE = 22;
const RATE = 110;
const LATENCY = 96;
const GAP = 14;
const AXIS = 40;

/** Lines that cross a text leave it readable. */
const HALO = { textBorderColor: "var(--card)", textBorderWidth: 5 };

interface Panel {
  readonly title: string;
  readonly top: number;
  readonly height: number;
}

/** The four panels of a drill, one below the other over the same seconds, as an option of ECharts. */
export function drillChart(
  course: Course,
  format: Format,
): { readonly option: EChartsCoreOption; readonly size: Size } {
  const lanes = { holders: Math.max(1, course.holders.length), servers: Math.max(1, course.servers.length) };
  const panels = stacked([
    ["Requests a second", RATE],
    ["Milliseconds to an answer, on a log scale", LATENCY],
    ["Who held the virtual IP", lanes.holders * LANE],
    ["Answers by server", lanes.servers * LANE],
  ]);
  const servers = panels[3];
  const bottom = servers.top + servers.height;
  const size = { width: format.width, height: bottom + AXIS };
  const label = { color: "var(--muted)", fontSize: format.font, fontFamily: "inherit" };
  return {
    size,
    option: {
      title: panels.map(({ title, top }) => ({
        text: title,
        left: 0,
        top: top - TITLE,
        padding: 0,
        textStyle: { color: "var(--text)", fontSize: format.font, fontWeight: 600, fontFamily: "inherit", ...HALO },
      })),
      grid: panels.map(({ top, height }) => ({ left: format.left, right: format.right, top, height })),
      xAxis: panels.map((_, index) => xAxis(course, format, index, index === panels.length - 1, label)),
      yAxis: [
        { ...yAxis(0, label), min: 0, splitNumber: 3 },
        { ...yAxis(1, label), type: "log", min: 1, max: decadeAbove(course.slowest), logBase: 10 },
        laneAxis(
          2,
          course.holders.map(({ name }) => name),
          format,
          label,
        ),
        laneAxis(
          3,
          course.servers.map(({ name }) => name),
          format,
          label,
        ),
      ],
      series: [
        // One over the other: what is left to see of each is its share.
        area(0, course.all, "var(--failed)", "url(#hatch-failed)"),
        area(0, course.succeeded, "var(--slow)", "url(#hatch-slow)"),
        area(0, course.quick, "var(--fine)", "var(--fine-area)"),
        line(1, atLeastOne(course.slowest), "var(--slow)", [3, 3]),
        line(1, atLeastOne(course.median), "var(--fine)", "solid"),
        holderBands(course, 2),
        ...serverAreas(course),
      ],
      graphic: marks(course, format, bottom),
    },
  };
}

function stacked(wanted: readonly [title: string, height: number][]): [Panel, Panel, Panel, Panel] {
  let top = BADGES;
  return wanted.map(([title, height]) => {
    const panel = { title, top: top + TITLE, height };
    top = panel.top + height + GAP;
    return panel;
  }) as [Panel, Panel, Panel, Panel];
}

function line(index: number, data: readonly Step[], color: string, type: "solid" | readonly number[]) {
  return {
    type: "line",
    xAxisIndex: index,
    yAxisIndex: index,
    step: "end",
    data,
    silent: true,
    symbol: "none",
    lineStyle: { color, width: 1.6, type },
  };
}

function area(index: number, data: readonly Step[], color: string, fill: string) {
  return {
    ...line(index, data, color, "solid"),
    lineStyle: { color, width: 1 },
    areaStyle: { color: fill, opacity: 1, origin: 0 },
  };
}

function serverAreas({ servers }: Course): object[] {
  const most = Math.max(1, ...servers.flatMap(({ rate }) => rate.map(([, value]) => value ?? 0)));
  return servers.map(({ rate }, row) => {
    const ground = row + 0.42;
    const data = rate.map(([at, value]): Step => [at, ground - ((value ?? 0) / most) * 0.84]);
    const shape = area(3, data, "var(--server)", "var(--server-area)");
    return { ...shape, areaStyle: { ...shape.areaStyle, origin: ground } };
  });
}

function decadeAbove(steps: readonly Step[]): number {
  const top = Math.max(10, ...steps.map(([, value]) => value ?? 0));
  return 10 ** Math.ceil(Math.log10(top));
}

/** A logarithm of 0 is none. */
function atLeastOne(steps: readonly Step[]): Step[] {
  return steps.map(([at, value]) => [at, value === null ? null : Math.max(1, value)]);
}
