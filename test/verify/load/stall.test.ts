import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../src/verify/clock.ts";
import { measure } from "../../../src/verify/drills/measure.ts";
import { mixOf } from "../../../src/verify/load/mix.ts";
import { startLoad } from "../../../src/verify/load/start-load.ts";
import { evidence } from "../drills/seen.ts";
import { openShop, type Shop } from "./shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(5);
}

/** One client that waits for each answer before it asks again would have seen a single slow request. */
test("two seconds without an answer are 200 requests that waited, each from when it was due", async () => {
  const checks = { static: "/style.css", dynamic: "/", write: "/writes" };
  const load = await startLoad(shop.site, { rate: 100, maxMs: 60_000, mix: mixOf(checks) }, systemClock);
  await until(() => load.records.length >= 40);

  let resume = () => {};
  shop.stall = new Promise((resolve) => {
    resume = resolve;
  });
  const injectedAt = systemClock.monotonic();
  await until(() => systemClock.monotonic() >= injectedAt + 2_000);
  const resumedAt = systemClock.monotonic();
  shop.stall = undefined;
  resume();
  await until(() => load.records.filter((one) => one.dueAt > resumedAt && one.ok).length >= 20);
  const { records, startedAt, finishedAt } = await load.stop();

  expect(records.filter((one) => !one.ok)).toEqual([]);
  const waited = records.filter((one) => one.dueAt > injectedAt && one.dueAt < resumedAt);
  // As the schedule wants it, however busy this computer is: a request may be late, it is never left out.
  expect(waited.length).toBeGreaterThanOrEqual(199);
  for (const { endedAt } of waited) expect(endedAt).toBeGreaterThanOrEqual(resumedAt);

  const drill = { startedAt, finishedAt, injectedAt, redundantAt: resumedAt, repairedAt: undefined, samples: [] };
  const measured = measure(evidence({ ...drill, records }));
  const lastBefore = Math.max(...records.filter((one) => one.endedAt < resumedAt).map((one) => one.endedAt));
  expect(measured.downtimeMs).toBeGreaterThanOrEqual(Math.floor(resumedAt - lastBefore));
  const aSecond = waited.filter((one) => one.dueAt <= resumedAt - 1_000).length;
  expect(measured.slow).toBeGreaterThanOrEqual(aSecond);
  expect(aSecond).toBeGreaterThanOrEqual(99);
  // Half of them waited about half of the time; without those that were due meanwhile, it would be next to nothing.
  expect(measured.latencyMs.during?.p50).toBeGreaterThan(700);
});
