import { expect, test } from "vitest";
import { judgeClocks, measureClock } from "../../src/preflight/clock.ts";
import { hostOf, lines, shop } from "./examples.ts";
import { localSession } from "./local-session.ts";

/** Offsets of web1, web2, …, milliseconds; each measured within 100 ms. */
function judge(...offsets: number[]): string[] {
  return lines(
    judgeClocks(
      offsets.map((offsetMs, index) => ({
        host: shop.hosts[index] ?? hostOf("db1"),
        clock: { offsetMs, uncertaintyMs: 100 },
      })),
    ),
  );
}

const table: [what: string, offsets: number[], lines: string[]][] = [
  ["nobody", [], []],
  ["right", [0, 50, -50], []],
  ["within what could be measured", [2100, 0], []],
  ["one ahead", [2101, 0, 0], ["warning web1: The clock of web1 is 2.1 s ahead of this computer's."]],
  ["one far behind", [0, -30_101], ["fault web2: The clock of web2 is 30.1 s behind this computer's."]],
  ["not quite that far", [0, -30_100], ["warning web2: The clock of web2 is 30.1 s behind this computer's."]],
  [
    "all off, differently",
    [40_000, -40_000],
    [
      "fault web1: The clock of web1 is 40.0 s ahead of this computer's.",
      "fault web2: The clock of web2 is 40.0 s behind this computer's.",
    ],
  ],
  [
    "this computer's own",
    [3_600_000, 3_600_500],
    ["fault -: This computer's clock is 3600.0 s behind all 2 hosts, which agree with each other."],
  ],
  [
    "this computer's own, by little",
    [-4000, -4000],
    ["warning -: This computer's clock is 4.0 s ahead of all 2 hosts, which agree with each other."],
  ],
  ["between two hosts", [1500, 0, -1500], ["warning -: The clocks of app1 and web1 differ by 3.0 s."]],
  ["between two hosts, within what could be measured", [1100, 0, -1100], []],
];

test.each(table)("%s", (_, offsets, expected) => {
  expect(judge(...offsets)).toEqual(expected);
});

test("a single host that is off is not outvoted by itself", () => {
  expect(judge(60_000)).toEqual(["fault web1: The clock of web1 is 60.0 s ahead of this computer's."]);
});

test("is measured in the middle of the round trip", async () => {
  const times = [1_700_000_000_000, 1_700_000_000_400];
  const session = { ...localSession(), run: async () => ({ exitCode: 0, stdout: "1700000010200\n", stderr: "" }) };
  const now = () => new Date(times.shift() ?? 0);
  const clock = await measureClock(session, now, new AbortController().signal);
  expect(clock).toEqual({ offsetMs: 10_000, uncertaintyMs: 200 });
});

test("a host without such a date has no clock to judge", async () => {
  const session = { ...localSession(), run: async () => ({ exitCode: 1, stdout: "%3N\n", stderr: "" }) };
  expect(await measureClock(session, () => new Date(), new AbortController().signal)).toBe(undefined);
});

test("this computer agrees with itself", async () => {
  const clock = await measureClock(localSession(), () => new Date(), new AbortController().signal);
  expect(Math.abs(clock?.offsetMs ?? Number.NaN)).toBeLessThanOrEqual((clock?.uncertaintyMs ?? 0) + 1);
});
