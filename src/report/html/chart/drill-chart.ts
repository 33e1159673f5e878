import type { EChartsCoreOption } from "echarts/core";
import type { Course, Step } from "./series.ts";
import { stretches } from "./series.ts";
import type { Size } from "./svg.ts";

/** Where things stand on a chart: one for wide pages and paper, one for phones. */
export interface Format {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly ticks: number;
  readonly font: number;
}

export const WIDE: Format = { width: 960, left: 74, right: 14, ticks: 12, font: 12 };
export const NARROW: Format = { width: 350, left: 52, right: 8, ticks: 5, font: 11 };

const BADGES = 30;
const TITLE = 22;
const RATE = 110;
const LATENCY = 96;
const LANE = 24;
const GAP = 14;
const AXIS = 40;
const BADGE_RADIUS = 9;

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
        bands(course),
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

function xAxis({ from, to }: Course, { ticks }: Format, gridIndex: number, last: boolean, label: object) {
  const interval = tickInterval(to - from, ticks);
  const first = Math.ceil(from / interval);
  const values = Array.from(
    { length: Math.floor(to / interval) - first + 1 },
    (_, index) => (first + index) * interval,
  );
  return {
    gridIndex,
    type: "value",
    min: from,
    max: to,
    name: last ? "seconds since it was broken" : "",
    nameLocation: "middle",
    nameGap: 24,
    nameTextStyle: label,
    axisLine: { show: true, onZero: false, lineStyle: { color: "var(--line)" } },
    axisTick: { show: last, customValues: values, lineStyle: { color: "var(--muted)" } },
    splitLine: { show: false },
    axisLabel: { ...label, show: last, customValues: values, formatter: signed },
  };
}

function yAxis(gridIndex: number, label: object) {
  return {
    gridIndex,
    type: "value",
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: "var(--line)", width: 0.7 } },
    axisLabel: { ...label, formatter: (value: number) => value.toLocaleString("en-US") },
  };
}

/** A row a host: row 0 is the uppermost. */
function laneAxis(gridIndex: number, names: readonly string[], { left, font }: Format, label: object) {
  return {
    gridIndex,
    type: "value",
    inverse: true,
    min: -0.5,
    max: Math.max(1, names.length) - 0.5,
    interval: 0.5,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      ...label,
      color: "var(--text)",
      width: left - 10,
      overflow: "truncate",
      fontSize: font,
      formatter: (value: number) => (Number.isInteger(value) ? (names[value] ?? "") : ""),
    },
  };
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

/** [kind, row, from, to]; kind 0: this host held it; 1: nobody did; 2: more than one did. */
type Band = readonly [kind: 0 | 1 | 2, row: number, from: number, to: number];

/** Samples are up to 100 ms apart: what is shorter may be the time between two of them. */
const SHORTEST_SECONDS = 0.15;

function bands(course: Course) {
  const rows = course.holders.length;
  const held = course.holders.flatMap(({ held }, row) => held.map(([from, to]): Band => [0, row, from, to]));
  const long = ([from, to]: readonly [number, number]) => to - from >= SHORTEST_SECONDS;
  const none = stretches(course, (holders) => holders === 0).filter(long);
  const several = stretches(course, (holders) => holders > 1).filter(long);
  const data: Band[] = [
    ...none.map(([from, to]): Band => [1, -0.5, from, to]),
    ...held,
    ...several.flatMap(([from, to]) => course.holders.map((_, row): Band => [2, row, from, to])),
  ];
  return {
    type: "custom",
    xAxisIndex: 2,
    yAxisIndex: 2,
    silent: true,
    data,
    renderItem: (_: unknown, api: { value(index: number): number; coord(at: [number, number]): [number, number] }) => {
      const [kind, row] = [api.value(0), api.value(1)];
      const [left, y] = api.coord([api.value(2), row]);
      const [right] = api.coord([api.value(3), row]);
      const tall = kind === 1 ? LANE * Math.max(1, rows) : LANE - 8;
      const style = [
        { fill: "var(--holder)" },
        { fill: "url(#hatch-failed)" },
        { fill: "url(#hatch-several)", stroke: "var(--failed)", lineWidth: 1 },
      ][kind];
      const shape = { x: left, y: kind === 1 ? y : y - tall / 2, width: Math.max(1, right - left), height: tall };
      return { type: "rect", shape, style };
    },
  };
}

/** A dashed line through all panels for each mark, and its number above; numbers that would overlap stand beside. */
function marks({ marks, from, to }: Course, { width, left, right }: Format, bottom: number): object[] {
  const scale = (width - left - right) / Math.max(to - from, 1e-9);
  const places = marks.map(({ at }) => left + (at - from) * scale);
  const badges = apart(places, BADGE_RADIUS * 2 + 3, left, width - BADGE_RADIUS - 1);
  const under = BADGE_RADIUS * 2 + 2;
  return marks.flatMap(({ number }, index) => {
    const [x = 0, badge = 0] = [places[index], badges[index]];
    return [
      {
        type: "polyline",
        silent: true,
        z: 20,
        shape: {
          points: [
            [badge, under],
            [x, BADGES + 4],
            [x, bottom],
          ],
        },
        style: { stroke: "var(--mark)", lineWidth: 1, lineDash: [4, 3], fill: "none" },
      },
      {
        type: "circle",
        silent: true,
        z: 21,
        shape: { cx: badge, cy: BADGE_RADIUS + 1, r: BADGE_RADIUS },
        style: { fill: "var(--mark)" },
      },
      {
        type: "text",
        silent: true,
        z: 22,
        style: {
          text: String(number),
          x: badge,
          y: BADGE_RADIUS + 1,
          align: "center",
          verticalAlign: "middle",
          fill: "var(--page)",
          font: "600 11px inherit",
        },
      },
    ];
  });
}

/** Ascending places moved as little as it takes to have this distance between neighbours and stay between the ends. */
export function apart(places: readonly number[], distance: number, least: number, most: number): number[] {
  const moved: number[] = [];
  for (const place of places) moved.push(Math.max(place, least, (moved.at(-1) ?? Number.NEGATIVE_INFINITY) + distance));
  let limit = most;
  for (let index = moved.length - 1; index >= 0; index--) {
    moved[index] = Math.min(moved[index] ?? 0, limit);
    limit = (moved[index] ?? 0) - distance;
  }
  return moved;
}

export function tickInterval(seconds: number, most: number): number {
  const steps = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
  return steps.find((step) => seconds / step <= most) ?? seconds;
}

function decadeAbove(steps: readonly Step[]): number {
  const top = Math.max(10, ...steps.map(([, value]) => value ?? 0));
  return 10 ** Math.ceil(Math.log10(top));
}

/** A logarithm of 0 is none. */
function atLeastOne(steps: readonly Step[]): Step[] {
  return steps.map(([at, value]) => [at, value === null ? null : Math.max(1, value)]);
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : value < 0 ? `−${-value}` : "0";
}
