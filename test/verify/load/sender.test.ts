import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseStack } from "../../../src/stack/parse.ts";
import { timersOf } from "../../../src/stack/timers.ts";
import type { Connection, Slot } from "../../../src/verify/load/mix.ts";
import { makeSender, PATIENCE_MS, type Sender } from "../../../src/verify/load/sender.ts";
import { openShop, type Shop } from "./shop.ts";

let shop: Shop;
let sender: Sender;
beforeEach(async () => {
  shop = await openShop();
  sender = makeSender(shop.site, 1_000);
});
afterEach(async () => {
  sender.close();
  await shop.close();
});

test("a request that every try of a balancer but the last loses is slow, not failed", () => {
  const file = "inventories/rehearsal/stack.yml";
  const context = { file, directory: "/srv/shop", home: "/root", defaultUser: "root" };
  const parsed = parseStack(readFileSync(file, "utf8"), context);
  if (!("stack" in parsed)) throw new Error(JSON.stringify(parsed.faults));
  const { connect, response } = timersOf(parsed.stack);
  const TRIES = 2;
  expect(TRIES * (connect + Math.max(response.web, response.app))).toBeLessThan(PATIENCE_MS);
});

const CONNECTIONS: readonly Connection[] = ["new", "kept", "http2"];
const slot = (connection: Connection, kind: Slot["kind"] = "read", path = "/"): Slot => ({ kind, connection, path });
const send = (connection: Connection, kind: Slot["kind"] = "read", id?: string) =>
  sender.send(slot(connection, kind), id);

test.each([
  ["new", 3],
  ["kept", 1],
  ["http2", 1],
] as const)("three requests on %s connections: %i connections", async (connection, count) => {
  for (let i = 0; i < 3; i++) {
    const { answer, resent } = await send(connection);
    expect({ ...answer, resent }).toMatchObject({ status: 200, servedBy: "web1", balancer: "lb1", resent: false });
  }
  expect(shop.sockets).toHaveLength(count);
});

test("what the balancer says of its tries is kept, and that no server was asked", async () => {
  shop.answer = (_, response) => {
    response.writeHead(503, { "x-retries": "2", "x-served-by": "<NOSRV>" });
    response.end();
  };
  for (const connection of CONNECTIONS) {
    expect((await send(connection)).answer).toMatchObject({ status: 503, retries: 2, servedBy: undefined });
  }
});

test("a write puts its id behind the path", async () => {
  for (const connection of CONNECTIONS) await sender.send(slot(connection, "write", "/writes"), "an-id");
  expect(shop.requests).toEqual(["PUT /writes/an-id", "PUT /writes/an-id", "PUT /writes/an-id"]);
});

/** The connection ends as the next request arrives on it, as it does when the virtual IP has moved meanwhile. */
function breakNextRequestOnTheSameConnection(): void {
  shop.answer = (request, response) => {
    if (request.socket.remotePort === shop.sockets[0]?.remotePort) shop.sockets[0]?.destroy();
    else response.end("ok");
  };
}

test.each(["kept", "http2"] as const)(
  "a %s connection found closed: a read is sent again, a write is not",
  async (on) => {
    await send(on);
    breakNextRequestOnTheSameConnection();
    expect(await send(on)).toMatchObject({ answer: { status: 200 }, resent: true });
    expect(shop.sockets).toHaveLength(2);

    shop.answer = () => shop.sockets[1]?.destroy();
    await expect(send(on, "write", "an-id")).rejects.toThrow();
    expect(shop.requests.filter((line) => line.startsWith("PUT"))).toEqual(["PUT //an-id"]);
  },
);

test.each(CONNECTIONS)("a %s connection that breaks at its first request is a failure", async (connection) => {
  shop.answer = () => shop.sockets.at(-1)?.destroy();
  await expect(send(connection)).rejects.toThrow();
  expect(shop.requests).toHaveLength(1);
});

test.each(["kept", "http2"] as const)(
  "an answer that breaks off on a %s connection is a failure",
  async (connection) => {
    await send(connection);
    shop.answer = (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => shop.sockets[0]?.destroy());
    };
    await expect(send(connection)).rejects.toThrow();
    expect(shop.requests).toHaveLength(2);
  },
);

test.each(CONNECTIONS)("silence on a %s connection is a failure, once the user has left", async (connection) => {
  shop.stall = new Promise(() => {});
  await expect(sender.send(slot(connection), undefined)).rejects.toThrow("no answer within");
  expect(shop.requests).toHaveLength(1);
});

test.each(CONNECTIONS)(
  "a %s connection that nobody shakes hands on is a failure, too; so is a refused one",
  async (connection) => {
    const mute = createServer();
    const held: Socket[] = [];
    mute.on("connection", (socket) => held.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const { port } = mute.address() as AddressInfo;
    const other = makeSender({ ...shop.site, ports: { http: port, https: port } }, 300);
    await expect(other.send(slot(connection), undefined)).rejects.toThrow("no answer within");
    for (const socket of held) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
    await expect(
      makeSender({ ...shop.site, ports: { http: port, https: port } }).send(slot(connection), undefined),
    ).rejects.toThrow("ECONNREFUSED");
    other.close();
  },
);

test("an HTTP/2 server that says goodbye: what is out is answered, what comes is sent elsewhere", async () => {
  await send("http2");
  let resume = () => {};
  shop.stall = new Promise((resolve) => {
    resume = resolve;
  });
  shop.answer = (request, response) => {
    // As a balancer does that is about to be replaced.
    if (shop.sockets.length === 1) request.stream.session?.goaway();
    response.end("ok");
  };
  const out = send("http2");
  while (shop.requests.length < 2) await new Promise(setImmediate);
  resume();
  expect(await out).toMatchObject({ answer: { status: 200 }, resent: false });
  while ((await send("http2")).answer.status === 200 && shop.sockets.length < 2);
  expect(shop.sockets).toHaveLength(2);
});

test("a request that an HTTP/2 server refuses to begin is sent again, a write too", async () => {
  await send("http2");
  shop.answer = (request, response) => {
    if (shop.requests.length === 2) request.stream.close(7);
    else response.end("ok");
  };
  expect(await send("http2", "write", "an-id")).toMatchObject({ answer: { status: 200 }, resent: true });
});
