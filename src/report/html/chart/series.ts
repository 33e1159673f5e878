import type { Timeline } from "../../schema.ts";

/** A moment, in seconds since the injection, and a value that holds from then on. */
export type Step = readonly [at: number, value: number | null];

/** A timeline as charts want it: seconds since the injection, values a second. */
export interface Course {
  readonly from: number;
  readonly to: number;
  readonly quick: readonly Step[];
  readonly succeeded: readonly Step[];
  readonly all: readonly Step[];
  readonly median: readonly Step[];
  readonly slowest: readonly Step[];
  readonly servers: readonly { readonly name: string; readonly rate: readonly Step[] }[];
  readonly holders: readonly { readonly name: string; readonly held: readonly (readonly [number, number])[] }[];
  readonly marks: readonly { readonly at: number; readonly number: number }[];
}

export function courseOf(timeline: Timeline): Course {
  const { stepMs, marks } = timeline;
  const zero = injectionOf(timeline);
  const seconds = (at: number) => (at - zero) / 1_000;
  // The load ended within the last step: a rate of that one would be too low.
  const points = timeline.points.length > 1 ? timeline.points.slice(0, -1) : timeline.points;
  const end = (points.at(-1)?.at ?? 0) + stepMs;
  const steps = (value: (point: Timeline["points"][number]) => number | null) => {
    const values = points.map((point): Step => [seconds(point.at), value(point)]);
    return changes([...values, [seconds(end), values.at(-1)?.[1] ?? null]]);
  };
  const perSecond = (requests: number) => (requests * 1_000) / stepMs;
  const names = (of: (point: Timeline["points"][number]) => Readonly<Record<string, number>>) =>
    [...new Set(points.flatMap((point) => Object.keys(of(point))))].sort();
  return {
    from: seconds(points[0]?.at ?? 0),
    to: seconds(end),
    quick: steps(({ succeeded, slow }) => perSecond(succeeded - slow)),
    succeeded: steps(({ succeeded }) => perSecond(succeeded)),
    all: steps(({ succeeded, failed }) => perSecond(succeeded + failed)),
    median: steps(({ p50 }) => p50),
    slowest: steps(({ max }) => max),
    servers: names(({ servers }) => servers).map((name) => ({
      name,
      rate: steps(({ servers }) => perSecond(servers[name] ?? 0)),
    })),
    holders: [...new Set(timeline.holders.map(({ host }) => host))].sort().map((name) => ({
      name,
      held: timeline.holders
        .filter(({ host, from }) => host === name && from < end)
        .map(({ from, to }) => [seconds(from), seconds(Math.min(to, end))] as const),
    })),
    marks: marks.map(({ at }, index) => ({ at: seconds(Math.min(at, end)), number: index + 1 })),
  };
}

/** When it was broken, in milliseconds since the load began; the begin where nothing was. */
export function injectionOf({ marks }: Pick<Timeline, "marks">): number {
  return marks.find(({ what }) => what === "injected")?.at ?? 0;
}

/** What is drawn as steps needs only the points at which something changes, and both ends. */
function changes(steps: readonly Step[]): Step[] {
  return steps.filter(
    ([, value], index) => index === 0 || index === steps.length - 1 || steps[index - 1]?.[1] !== value,
  );
}

/** The stretches of a course in which so many balancers held the virtual IP: none, or more than one. */
export function stretches(course: Course, wanted: (holders: number) => boolean): [number, number][] {
  const edges = [course.from, ...course.holders.flatMap(({ held }) => held.flat()), course.to].sort((a, b) => a - b);
  const found: [number, number][] = [];
  for (const [index, begin] of edges.entries()) {
    const end = edges[index + 1];
    if (end === undefined || end <= begin) continue;
    const middle = (begin + end) / 2;
    const holders = course.holders.filter(({ held }) =>
      held.some(([from, to]) => middle >= from && middle <= to),
    ).length;
    if (wanted(holders)) found.push([begin, end]);
  }
  return found;
}
