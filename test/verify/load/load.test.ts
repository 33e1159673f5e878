import { Agent, createServer as createHttps, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../src/verify/clock.ts";
import { type LoadKind, type LoadResult, startLoad } from "../../../src/verify/load/load.ts";
import { ask, type Site } from "../../../src/verify/site.ts";
import { makeCertificate } from "./certificates.ts";

let server: Server;
let site: Site;
let connections = 0;
/** The server holds its answers while this is set. */
let stall: Promise<void> | undefined;

beforeAll(async () => {
  const certificate = makeCertificate("shop.example");
  server = createHttps(certificate, async (request, response) => {
    await stall;
    if (request.url === "/reset") return request.socket.destroy();
    if (request.url === "/half") {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      return setTimeout(() => request.socket.destroy(), 5);
    }
    if (request.url === "/silent") return;
    response.writeHead(request.url === "/broken" ? 503 : 200, { "x-served-by": "web1", "x-balancer": "lb1" });
    response.end("ok");
  });
  server.on("connection", (_: Socket) => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  site = { address: "127.0.0.1", domain: "shop.example", ca: certificate.ca, ports: { http: port, https: port } };
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  connections = 0;
  stall = undefined;
});

const kind = (path: string, agent?: Agent): LoadKind => ({
  name: path,
  send: () => ask(site, { path, timeoutMs: 200, ...(agent ? { agent } : {}) }),
});

/** Runs to the load's own end. */
async function load(kinds: LoadKind[], rate: number, maxMs: number): Promise<LoadResult> {
  const running = startLoad({ rate, maxMs, kinds, clock: systemClock });
  const total = Math.ceil((rate * maxMs) / 1000);
  while (running.records.length < total) await systemClock.sleep(5);
  return running.stop();
}

test("every request is recorded, each on a connection of its own", async () => {
  const { records } = await load([kind("/")], 100, 300);
  expect(records).toHaveLength(30);
  expect(connections).toBe(30);
  const { status, ok, servedBy, balancer, error } = records[0] ?? {};
  expect({ status, ok, servedBy, balancer, error }).toEqual({
    status: 200,
    ok: true,
    servedBy: "web1",
    balancer: "lb1",
    error: undefined,
  });
  const due = records.map((record) => record.dueAt).sort((a, b) => a - b);
  expect(Math.round((due[29] ?? 0) - (due[0] ?? 0))).toBe(290);
});

test("kept connections are kept", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { records } = await load([kind("/", agent)], 100, 200);
  agent.destroy();
  expect(records.every((record) => record.ok)).toBe(true);
  expect(connections).toBe(1);
});

test("kinds take turns; 503, a reset, half an answer and silence are failures", async () => {
  const paths = ["/", "/broken", "/reset", "/half", "/silent"];
  const { records } = await load(
    paths.map((path) => kind(path)),
    100,
    100,
  );
  const said = (path: string) =>
    records.filter((one) => one.kind === path).map(({ ok, status, error }) => [ok, status, error]);
  expect(said("/")).toEqual([
    [true, 200, undefined],
    [true, 200, undefined],
  ]);
  expect(said("/broken")).toEqual([
    [false, 503, undefined],
    [false, 503, undefined],
  ]);
  expect(said("/reset")).toEqual([
    [false, undefined, "socket hang up"],
    [false, undefined, "socket hang up"],
  ]);
  expect(said("/half")).toEqual([
    [false, undefined, "aborted"],
    [false, undefined, "aborted"],
  ]);
  const silent = [false, undefined, "no answer within 200 ms"];
  expect(said("/silent")).toEqual([silent, silent]);
});

test("a stalled server does not slow the sending: its requests are late, each by its own wait", async () => {
  let resume = () => {};
  stall = new Promise((resolve) => {
    resume = resolve;
  });
  const slow: LoadKind = { name: "/", send: () => ask(site, { path: "/", timeoutMs: 5_000 }) };
  const running = startLoad({ rate: 100, maxMs: 500, kinds: [slow], clock: systemClock });
  // The server must have all 50 in hand while it has answered none.
  while (connections < 50) await systemClock.sleep(5);
  expect(running.records).toHaveLength(0);
  resume();
  while (running.records.length < 50) await systemClock.sleep(5);
  const { records } = await running.stop();
  const waits = records.toSorted((a, b) => a.dueAt - b.dueAt).map((record) => record.endedAt - record.dueAt);
  expect(records.every((record) => record.ok)).toBe(true);
  // The first was due 490 ms before the last, and all were answered together.
  expect((waits[0] ?? 0) - (waits[49] ?? 0)).toBeGreaterThan(300);
});

test("a generator that was held up says so", async () => {
  const running = startLoad({ rate: 100, maxMs: 100, kinds: [kind("/")], clock: systemClock });
  const end = performance.now() + 120;
  while (performance.now() < end);
  while (running.records.length < 10) await systemClock.sleep(5);
  const { maxLatenessMs } = await running.stop();
  expect(maxLatenessMs).toBeGreaterThan(100);
});

test("stop sends no more and waits for what is out", async () => {
  const running = startLoad({ rate: 10, maxMs: 60_000, kinds: [kind("/")], clock: systemClock });
  const { records } = await running.stop();
  expect(records).toHaveLength(1);
});

test.each([
  [{ rate: 1001 }, "a rate from 1 to 1000, not 1001"],
  [{ rate: Number.NaN }, "a rate from 1 to 1000, not NaN"],
  [{ maxMs: 600_001 }, "a length of 600000 ms at most, not 600001"],
  [{ kinds: [] }, "a load needs a kind of request"],
])("an unbounded load is refused: %j", (change, message) => {
  const options = { rate: 10, maxMs: 100, kinds: [kind("/")], clock: systemClock };
  expect(() => startLoad({ ...options, ...change })).toThrow(message);
});

test("a certificate of another CA or name is not accepted", async () => {
  const other = makeCertificate("shop.example");
  await expect(ask({ ...site, ca: other.ca }, { path: "/" })).rejects.toThrow(/certificate/);
  await expect(ask({ ...site, domain: "other.example" }, { path: "/" })).rejects.toThrow(/altnames/);
});
