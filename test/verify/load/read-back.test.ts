import { afterEach, beforeEach, expect, test } from "vitest";
import { type Clock, systemClock } from "../../../src/verify/clock.ts";
import { acknowledged, type ReadBack, readBack } from "../../../src/verify/load/read-back.ts";
import { ask } from "../../../src/verify/site.ts";
import { request } from "../drills/seen.ts";
import { openShop, type Shop } from "./shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

/** An hour passes in a sleep. */
const hurried = (): Clock => {
  let now = 0;
  return {
    now: () => new Date(0),
    monotonic: () => now,
    async sleep(ms) {
      now += ms * 10;
    },
  };
};
const world = (change: Partial<ReadBack> = {}): ReadBack => ({
  ...{ path: "/writes", ask: (one) => ask(shop.site, one), clock: systemClock, signal: new AbortController().signal },
  ...change,
});

test("what is acknowledged: writes that were answered with success", () => {
  const records = [
    request(1, { kind: "write", id: "a" }),
    request(2, { kind: "write", id: "b", ok: false }),
    request(3, { kind: "read" }),
    request(4, { kind: "write", id: "c" }),
  ];
  expect(acknowledged(records)).toEqual(["a", "c"]);
});

test("a server that lies is found out: one write missing, one stored twice", async () => {
  const counts = new Map([...Array(100).keys()].map((index) => [`id${index}`, 1]));
  counts.delete("id17");
  counts.set("id42", 2);
  shop.answer = ({ url }, response) => {
    const count = counts.get(url.replace("/writes/", ""));
    response.writeHead(count === undefined ? 404 : 200);
    response.end(JSON.stringify({ count }));
  };
  const ids = [...Array(100).keys()].map((index) => `id${index}`);
  expect(await readBack(ids, world())).toEqual({ acknowledged: 100, missing: ["id17"], doubled: ["id42"], unread: [] });
  expect(shop.requests.toSorted()).toEqual(ids.map((id) => `GET /writes/${id}`).toSorted());
});

test("an application that does not count is believed", async () => {
  shop.answer = ({ url }, response) => void response.end(url.endsWith("a") ? "stored" : '{"count":"many"}');
  expect(await readBack(["a", "b"], world())).toEqual({ acknowledged: 2, missing: [], doubled: [], unread: [] });
});

test("a site that is not well yet is asked again; a broken answer is not a missing write", async () => {
  let asked = 0;
  shop.answer = ({ socket }, response) => {
    asked += 1;
    if (asked === 1) return socket.destroy();
    if (asked === 2) return void response.writeHead(503).end();
    if (asked === 3) return void response.writeHead(500).end();
    response.end('{"count":1}');
  };
  expect(await readBack(["a"], world({ clock: hurried() }))).toMatchObject({ missing: [], unread: [] });
  expect(asked).toBe(4);
});

test("an id that gets no clear answer is neither found nor missing", async () => {
  shop.answer = ({ url }, response) => void response.writeHead(url.endsWith("a") ? 200 : 502).end();
  const found = await readBack(["a", "b"], world({ clock: hurried() }));
  expect(found).toEqual({ acknowledged: 2, missing: [], doubled: [], unread: ["b"] });
});

test("an abort ends it with the abort's reason", async () => {
  const controller = new AbortController();
  shop.answer = () => controller.abort(new Error("enough"));
  await expect(readBack(["a"], world({ signal: controller.signal }))).rejects.toThrow("enough");
});

test("nothing was acknowledged: nothing is asked", async () => {
  expect(await readBack([], world())).toEqual({ acknowledged: 0, missing: [], doubled: [], unread: [] });
  expect(shop.requests).toEqual([]);
});
