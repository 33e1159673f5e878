import { BADGES, type Format } from "./format.ts";
import type { Course } from "./series.ts";

const BADGE_RADIUS = 9;

/** A dashed line through all panels for each mark, and its number above; numbers that would overlap stand beside. */
export function marks({ marks, from, to }: Course, { width, left, right }: Format, bottom: number): object[] {
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
