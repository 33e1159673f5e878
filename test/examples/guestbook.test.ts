import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Guestbook, startGuestbook } from "./guestbook.ts";
import { ACCOUNT, type MariaDb, missingPrograms, prepareMariaDb } from "./mariadb.ts";

const missing = missingPrograms();
const directory = mkdtempSync(join(tmpdir(), "guestbook-"));
const installed = join(directory, "guestbook");
const running: Guestbook[] = [];
const servers: Server[] = [];

/** What an app host hands to the process, with a database that is not there. */
let environment: Record<string, string>;

beforeAll(async () => {
  const source = join(import.meta.dirname, "../../examples/guestbook");
  cpSync(source, installed, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  execFileSync("npm", ["ci", "--omit=dev", "--omit=peer"], { cwd: installed, stdio: "pipe" });
  writeFileSync(join(directory, "empty.pem"), "");
  environment = {
    DATABASE_HOST: "127.0.0.1",
    DATABASE_PORT: String(await freePort()),
    DATABASE_NAME: ACCOUNT.database,
    DATABASE_USER: ACCOUNT.user,
    DATABASE_PASSWORD: ACCOUNT.password,
    DATABASE_CA: join(directory, "empty.pem"),
    SERVER_NAME: "app1",
  };
}, 60_000);

afterEach(async () => {
  for (const guestbook of running.splice(0)) {
    guestbook.terminate();
    await guestbook.exited;
  }
  for (const server of servers.splice(0)) server.close();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function start(env: Record<string, string> = {}): Promise<Guestbook> {
  const guestbook = await startGuestbook(installed, { ...environment, ...env });
  running.push(guestbook);
  return guestbook;
}

async function listen(server: Server, host = "127.0.0.1", port = 0): Promise<number> {
  servers.push(server);
  server.listen(port, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function health(guestbook: Guestbook): Promise<[number, unknown]> {
  const response = await fetch(`${guestbook.url}/healthz`);
  return [response.status, await response.json()];
}

const well = (server: string) => [200, { status: "ok", database: "ok", server }];
const ill = (reason: string) => [503, { status: "failing", database: reason, server: "app1" }];

function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: "POST", body, redirect: "manual" });
}

describe("without a database", () => {
  test("says in one sentence which settings are missing", () => {
    const { status, stderr } = spawnSync(process.execPath, ["server.js"], {
      cwd: installed,
      env: {},
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([
      1,
      "Set DATABASE_HOST, DATABASE_NAME, DATABASE_USER, DATABASE_PASSWORD, DATABASE_CA: see README.md.\n",
    ]);
  });

  test("starts, answers 503 with the reason, and ends on SIGTERM", async () => {
    const guestbook = await start();
    expect(await guestbook.line(/^waiting/)).toBe("waiting for the database: unreachable");
    expect(await health(guestbook)).toEqual(ill("unreachable"));
    const page = await fetch(guestbook.url);
    expect([page.status, page.headers.get("retry-after"), page.headers.get("cache-control")]).toEqual([
      503,
      "1",
      "no-store",
    ]);
    guestbook.terminate();
    expect(await guestbook.exited).toBe(0);
  });

  test("answers health within a bound and with few connections when the database says nothing", async () => {
    let connections = 0;
    const silent = createServer(() => {
      connections += 1;
    });
    const guestbook = await start({ DATABASE_PORT: String(await listen(silent)) });
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 50 }, () => health(guestbook)));
    expect(performance.now() - startedAt).toBeLessThan(1800);
    expect(answers).toEqual(answers.map(() => ill("timeout")));
    // One for making the tables, one for all the questions about health.
    expect(connections).toBe(2);
  });

  test.each([
    ["GET", "/nothing", 404],
    ["GET", "/api/entries/0", 404],
    ["GET", "/api/entries/99999999999", 404],
    ["PUT", "/api/writes/no_such_id", 404],
    ["PUT", `/api/writes/${"a".repeat(65)}`, 404],
    ["DELETE", "/", 405, undefined, "GET, HEAD"],
    ["DELETE", "/api/entries", 405, undefined, "GET, HEAD, POST"],
    ["POST", "/api/entries", 400, "{"],
    ["POST", "/api/entries", 400, "null"],
    ["POST", "/api/entries", 400, '{"author":"Ann"}'],
    ["POST", "/api/entries", 400, '{"author":["Ann"],"text":"Hello"}'],
    ["POST", "/api/entries", 400, '{"author":"A\\nnn","text":"Hello"}'],
    ["POST", "/api/entries", 400, JSON.stringify({ author: "a".repeat(81), text: "Hello" })],
    ["POST", "/entries", 400, "name=Ann&message=%20"],
    ["POST", "/entries", 413, `name=Ann&message=${"a".repeat(16 * 1024)}`],
    ["POST", "/entries", 503, "name=Ann&message=Hello"],
  ])("%s %s answers %i", async (method, path, status, body?: string, allow?: string) => {
    const guestbook = await start();
    const response = await fetch(guestbook.url + path, { method, ...(body === undefined ? {} : { body }) });
    expect([response.status, response.headers.get("allow")]).toEqual([status, allow ?? null]);
  });

  test("logs one line a request, without the query, with the client that the proxy names", async () => {
    const guestbook = await start();
    await fetch(`${guestbook.url}/nothing?token=hidden`, { headers: { "x-forwarded-for": "junk, 192.0.2.7" } });
    await fetch(`${guestbook.url}/other`, { headers: { "x-forwarded-for": "192.0.2.7, not an address" } });
    expect(await guestbook.line(/^GET \/nothing/)).toMatch(/^GET \/nothing 404 \d+ app1 192\.0\.2\.7$/);
    expect(await guestbook.line(/^GET \/other/)).toMatch(/^GET \/other 404 \d+ app1 127\.0\.0\.1$/);
    expect(guestbook.lines.join()).not.toContain("hidden");
  });
});

if (missing.length > 0 && !process.env["CI"]) {
  process.stderr.write(`Skipped: the guestbook with a database; not installed: ${missing.join(", ")}.\n`);
}

// In CI they run and fail: nothing is skipped in silence.
describe.skipIf(missing.length > 0 && !process.env["CI"])("with MariaDB", () => {
  let database: MariaDb;

  beforeAll(async () => {
    database = prepareMariaDb(join(directory, "mariadb"), await freePort());
    Object.assign(environment, { DATABASE_PORT: String(database.port), DATABASE_CA: database.ca });
    await database.start();
  }, 60_000);

  afterAll(async () => {
    database?.thaw();
    await database?.kill();
  });

  async function startReady(env: Record<string, string> = {}): Promise<Guestbook> {
    const guestbook = await start(env);
    await guestbook.line(/^database ready$/);
    return guestbook;
  }

  /** Stands between a guestbook and the database; `sockets` are the guestbook's connections, to be interfered with. */
  async function startRelay(): Promise<{ port: number; sockets: Set<Socket> }> {
    const sockets = new Set<Socket>();
    const relay = createServer((socket) => {
      sockets.add(socket);
      const onward = connect(database.port, "127.0.0.1");
      socket.pipe(onward).pipe(socket);
      socket.on("close", () => onward.destroy());
    });
    return { port: await listen(relay), sockets };
  }

  test("two servers that start at once share what is written", async () => {
    const [one, two] = await Promise.all([startReady(), startReady({ SERVER_NAME: "app2" })]);
    expect([await health(one), await health(two)]).toEqual([well("app1"), well("app2")]);

    const created = await post(`${one.url}/api/entries`, JSON.stringify({ author: "Ann", text: "Hello 🌍" }));
    const { id, server } = (await created.json()) as { id: number; server: string };
    expect([created.status, created.headers.get("location"), server]).toEqual([201, `/api/entries/${id}`, "app1"]);

    const found = await fetch(`${two.url}/api/entries/${id}`);
    expect(found.headers.get("x-served-by")).toBe("app2");
    const entry = (await found.json()) as { created: string };
    expect(entry).toEqual({ id, author: "Ann", text: "Hello 🌍", server: "app1", created: entry.created });
    expect(Math.abs(Date.now() - Date.parse(entry.created))).toBeLessThan(60_000);

    const list = (await (await fetch(`${two.url}/api/entries`)).json()) as { entries: unknown[]; server: string };
    expect([list.entries[0], list.server]).toEqual([entry, "app2"]);
    expect((await fetch(`${one.url}/api/entries/${id + 1000}`)).status).toBe(404);
  });

  test("the page takes the form's entry and escapes it", async () => {
    const guestbook = await startReady();
    const form = new URLSearchParams({ name: "<b>Bo</b>", message: "\"'&<script>\r\nnext line" });
    const response = await post(`${guestbook.url}/entries`, form.toString());
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
    const html = await (await fetch(guestbook.url)).text();
    expect(html).toContain("<strong>&lt;b&gt;Bo&lt;/b&gt;</strong>");
    expect(html).toContain("<p>&quot;&#39;&amp;&lt;script&gt;\nnext line</p>");
    expect(html).toContain('<strong id="server">app1</strong>');
    expect(html).toContain('href="/assets/style.css"');
  });

  test("lists the newest 50", async () => {
    const guestbook = await startReady();
    const ids: number[] = [];
    for (let count = 0; count < 51; count += 1) {
      const response = await post(`${guestbook.url}/api/entries`, JSON.stringify({ author: "Ann", text: `${count}` }));
      ids.push(((await response.json()) as { id: number }).id);
    }
    const { entries } = (await (await fetch(`${guestbook.url}/api/entries`)).json()) as { entries: { id: number }[] };
    expect(entries.map(({ id }) => id)).toEqual(ids.slice(1).reverse());
  });

  test("keeps a write once, however often it is sent", async () => {
    const guestbook = await startReady();
    const url = `${guestbook.url}/api/writes/Probe-1`;
    expect((await fetch(url)).status).toBe(404);
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await put(url)).status));
    expect(statuses.sort()).toEqual([...Array(19).fill(200), 201]);
    expect(await (await fetch(url)).json()).toEqual({ id: "Probe-1", count: 1 });
    expect((await fetch(`${guestbook.url}/api/writes/probe-1`)).status).toBe(404);
  });

  test("refuses a database whose certificate names another address, or that another authority signed", async () => {
    const relay = createServer((socket) => socket.pipe(connect(database.port, "127.0.0.1")).pipe(socket));
    await listen(relay, "127.0.0.2", database.port);
    const [elsewhere, stranger] = await Promise.all([
      start({ DATABASE_HOST: "127.0.0.2" }),
      start({ DATABASE_CA: database.otherCa }),
    ]);
    expect([await health(elsewhere), await health(stranger)]).toEqual([ill("tls"), ill("tls")]);
  });

  test("says that its password is wrong", async () => {
    const guestbook = await start({ DATABASE_PASSWORD: "wrong" });
    expect(await health(guestbook)).toEqual(ill("denied"));
  });

  test("outlives a crash of the database", async () => {
    const guestbook = await startReady();
    const write = (id: string) => put(`${guestbook.url}/api/writes/${id}`);
    await Promise.all(Array.from({ length: 10 }, (_, index) => write(`crash-${index}`)));
    await database.kill();
    const [down, refused] = [await health(guestbook), await write("crash-down")];
    await database.start();
    expect([down, refused.status]).toEqual([ill("unreachable"), 503]);
    expect(await health(guestbook)).toEqual(well("app1"));
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => (await write(`crash-${index}`)).status),
    );
    expect(statuses).toEqual(Array(10).fill(200));
  }, 30_000);

  test("does not use connections that died without a word", async () => {
    const { port, sockets } = await startRelay();
    const guestbook = await startReady({ DATABASE_PORT: String(port) });
    const write = (id: string) => put(`${guestbook.url}/api/writes/${id}`);
    await Promise.all(Array.from({ length: 10 }, (_, index) => write(`reset-${index}`)));
    // Resets each connection when the next query comes in: as a machine does that came back from a power cut.
    for (const socket of sockets) {
      socket.unpipe();
      socket.once("data", () => socket.resetAndDestroy()).resume();
    }
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => (await write(`reset-again-${index}`)).status),
    );
    expect(statuses).toEqual(Array(10).fill(201));
    const entry = await post(`${guestbook.url}/api/entries`, JSON.stringify({ author: "Ann", text: "Back" }));
    expect(entry.status).toBe(201);
  });

  test("does not ask a connection again that did not answer", async () => {
    const { port, sockets } = await startRelay();
    const guestbook = await startReady({ DATABASE_PORT: String(port) });
    expect(await health(guestbook)).toEqual(well("app1"));
    for (const socket of sockets) socket.unpipe();
    expect(await health(guestbook)).toEqual(ill("timeout"));
    expect(await health(guestbook)).toEqual(well("app1"));
  });

  test("answers within a bound while the database is frozen, and recovers", async () => {
    const guestbook = await startReady();
    await fetch(guestbook.url);
    database.freeze();
    const startedAt = performance.now();
    const [sick, ...pages] = await Promise.all([
      health(guestbook),
      ...Array.from({ length: 30 }, () => fetch(guestbook.url)),
    ]);
    const tookMs = performance.now() - startedAt;
    database.thaw();
    expect(sick).toEqual(ill("timeout"));
    expect(pages.map((page) => page.status)).toEqual(Array(30).fill(503));
    expect(tookMs).toBeLessThan(2800);
    expect(await health(guestbook)).toEqual(well("app1"));
    expect((await fetch(guestbook.url)).status).toBe(200);
  }, 15_000);

  test("finishes the running request on SIGTERM, closes idle connections and takes no new ones", async () => {
    const guestbook = await startReady();
    const port = Number(new URL(guestbook.url).port);
    const idle = connect(port, "127.0.0.1").resume();
    idle.write("GET /healthz HTTP/1.1\r\nHost: guestbook\r\n\r\n");
    await guestbook.line(/^GET \/healthz 200/);
    const busy = connect(port, "127.0.0.1").setEncoding("utf8");
    const body = "name=Cy&message=Last";
    busy.write(
      `POST /entries HTTP/1.1\r\nHost: guestbook\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    await once(busy, "data");
    guestbook.terminate();
    await guestbook.line(/^stopping$/);
    await once(idle, "close");
    await expect(fetch(guestbook.url)).rejects.toThrow("fetch failed");
    busy.write(body);
    const [answer] = (await once(busy, "data")) as [string];
    expect(answer).toMatch(/^HTTP\/1\.1 303 See Other\r\n/);
    expect(answer.toLowerCase()).toContain("\r\nconnection: close\r\n");
    expect(await guestbook.exited).toBe(0);
  });
});

function put(url: string): Promise<Response> {
  return fetch(url, { method: "PUT" });
}
