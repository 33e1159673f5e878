import type { Format } from "./format.ts";
import type { Course } from "./series.ts";

export function xAxis({ from, to }: Course, { ticks }: Format, gridIndex: number, last: boolean, label: object) {
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

export function yAxis(gridIndex: number, label: object) {
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
export function laneAxis(gridIndex: number, names: readonly string[], { left, font }: Format, label: object) {
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

export function tickInterval(seconds: number, most: number): number {
  const steps = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
  return steps.find((step) => seconds / step <= most) ?? seconds;
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : value < 0 ? `−${-value}` : "0";
}
