import { LANE } from "./format.ts";
import { type Course, stretches } from "./series.ts";

/** [kind, row, from, to]; kind 0: this host held it; 1: nobody did; 2: more than one did. */
type Band = readonly [kind: 0 | 1 | 2, row: number, from: number, to: number];

/** Samples are up to 100 ms apart: what is shorter may be the time between two of them. */
const SHORTEST_SECONDS = 0.15;

/** When each balancer held the virtual IP, and when none or several did. */
export function holderBands(course: Course, index: number) {
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
    xAxisIndex: index,
    yAxisIndex: index,
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
