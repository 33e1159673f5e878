import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../src/verify/clock.ts";
import { lateness } from "../../../src/verify/drills/measure.ts";
import type { Load, LoadOptions } from "../../../src/verify/load/load.ts";
import type { Slot } from "../../../src/verify/load/mix.ts";
import { startOpenLoop } from "../../../src/verify/load/open-loop.ts";
import { startLoad } from "../../../src/verify/load/start-load.ts";
import { openShop, type Shop } from "./shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

const MIX: readonly Slot[] = [
  { kind: "static", connection: "new", path: "/style.css" },
  { kind: "read", connection: "kept", path: "/" },
  { kind: "write", connection: "http2", path: "/writes" },
];
const start = (options: Partial<LoadOptions>) =>
  startLoad(shop.site, { rate: 100, maxMs: 60_000, mix: MIX, ...options }, systemClock);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(5);
}
const all = (load: Load, count: number) => until(() => load.records.length >= count);

test("every request of the pattern is recorded, at even distances, in this thread's time", async () => {
  const before = systemClock.monotonic();
  const load = await start({ maxMs: 300 });
  await all(load, 30);
  const { records, startedAt, finishedAt } = await load.stop();
  const sorted = records.toSorted((a, b) => a.dueAt - b.dueAt);
  expect(sorted.map((one) => one.kind)).toEqual(Array(10).fill(["static", "read", "write"]).flat());
  expect(sorted.map((one) => Math.round(one.dueAt - startedAt))).toEqual(sorted.map((_, index) => index * 10));
  expect(finishedAt).toBe(sorted.at(-1)?.dueAt);
  expect(startedAt).toBeGreaterThan(before);
  for (const { sentAt, dueAt, endedAt } of records) {
    expect(sentAt).toBeGreaterThanOrEqual(dueAt);
    expect(endedAt).toBeGreaterThan(sentAt);
    expect(endedAt).toBeLessThan(systemClock.monotonic());
  }
  const { dueAt, sentAt, endedAt, ...first } = sorted[0] ?? {};
  expect(first).toEqual({
    ...{ kind: "static", kept: false, status: 200, ok: true, error: undefined },
    ...{ servedBy: "web1", balancer: "lb1", retries: 0, resent: false },
  });
  const writes = sorted.filter((one) => one.kind === "write");
  expect(new Set(writes.map((one) => one.id)).size).toBe(10);
  for (const { id } of writes) expect(shop.requests).toContain(`PUT /writes/${id}`);
});

test("503, a reset and half an answer are failures", async () => {
  shop.answer = (request, response) => {
    if (request.url === "/reset") return request.socket.destroy();
    if (request.url === "/broken") return response.writeHead(503).end();
    response.writeHead(200, { "content-length": "100" });
    response.write("half", () => request.socket.destroy());
  };
  const paths = ["/broken", "/reset", "/half"];
  const mix = paths.map((path): Slot => ({ kind: "read", connection: "new", path }));
  const load = await start({ maxMs: 30, mix });
  await all(load, 3);
  const { records } = await load.stop();
  const said = records.toSorted((a, b) => a.dueAt - b.dueAt).map(({ ok, status, error }) => [ok, status, error]);
  expect(said).toEqual([
    [false, 503, undefined],
    [false, undefined, "socket hang up"],
    [false, undefined, "aborted"],
  ]);
});

test("the main thread may be busy: the load goes on", async () => {
  const load = await start({ maxMs: 10_000 });
  await all(load, 3);
  const from = performance.now();
  while (performance.now() < from + 500);
  const to = performance.now();
  // The server, which is in this thread, answers now only.
  await until(() => load.records.filter((one) => one.sentAt > from).length > 50);
  await load.stop();
  const meanwhile = load.records.filter((one) => one.sentAt > from && one.sentAt < to);
  expect(meanwhile.length).toBeGreaterThan(10);
});

test("a generator that is held up sends all that was due, and says how late", async () => {
  const send = async () => ({
    answer: { status: 200, servedBy: undefined, balancer: undefined, retries: 0 },
    resent: false,
  });
  const load = startOpenLoop({ rate: 100, maxMs: 500, mix: MIX }, { send, now: () => performance.now() });
  const end = performance.now() + 400;
  while (performance.now() < end);
  await all(load, 50);
  const { records } = await load.stop();
  expect(records).toHaveLength(50);
  const { max, p99 } = lateness(records);
  expect(max).toBeGreaterThan(350);
  expect(p99).toBeGreaterThan(350);
});

test("stop sends no more and waits for what is out; once more it gives the same", async () => {
  let resume = () => {};
  shop.stall = new Promise((resolve) => {
    resume = resolve;
  });
  const load = await start({ rate: 10 });
  await until(() => shop.requests.length === 1);
  const stopping = load.stop();
  resume();
  const { records } = await stopping;
  expect(records.length).toBe(shop.requests.length);
  expect(records.every((one) => one.ok)).toBe(true);
  expect((await load.stop()).records).toBe(records);
  await load.abandon();
});

test("a load that is abandoned waits for nothing", async () => {
  shop.stall = new Promise(() => {});
  const load = await start({ rate: 10 });
  await until(() => shop.requests.length > 0);
  await load.abandon();
  expect(load.records).toEqual([]);
  await expect(load.stop()).rejects.toThrow("the load generator ended");
});

test("a generator that breaks says so", async () => {
  await expect(
    startLoad({ ...shop.site, ca: 5 as unknown as string }, { rate: 1, maxMs: 10, mix: MIX }, systemClock),
  ).rejects.toThrow("the load generator broke");
});

test("a certificate of another name is not accepted, on any connection", async () => {
  const load = await startLoad(
    { ...shop.site, domain: "other.example" },
    { rate: 100, maxMs: 30, mix: MIX },
    systemClock,
  );
  await all(load, 3);
  const { records } = await load.stop();
  for (const { ok, error } of records)
    expect({ ok, error }).toEqual({ ok: false, error: expect.stringMatching(/altnames/) });
});

test.each([
  [{ rate: 1001 }, "a rate from 1 to 1000, not 1001"],
  [{ rate: Number.NaN }, "a rate from 1 to 1000, not NaN"],
  [{ maxMs: 3_600_001 }, "a length of 3600000 ms at most, not 3600001"],
  [{ mix: [] }, "a load needs a kind of request"],
])("an unbounded load is refused: %j", (change, message) => {
  expect(() => startLoad(shop.site, { rate: 10, maxMs: 100, mix: MIX, ...change }, systemClock)).toThrow(message);
});
