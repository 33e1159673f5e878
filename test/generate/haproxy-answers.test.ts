import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const script = readFileSync(
  join(import.meta.dirname, "../golden/five/roles/loadbalancer/files/haproxy-answers"),
  "utf8",
);

let directory: string;
let servers: Server[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-answers-"));
  servers = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true });
});

/** An HAProxy that answers with these words, is frozen (its kernel accepts, nobody answers), or does not run. */
type Haproxy = { says: string } | "frozen" | "gone";

async function port(haproxy: Haproxy): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    if (typeof haproxy === "object") socket.end(haproxy.says);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  if (haproxy === "gone") await new Promise((closed) => server.close(closed));
  else servers.push(server);
  return port;
}

async function mayHold(here: Haproxy, there: Haproxy, down = ""): Promise<{ mayHold: boolean; down: string }> {
  const file = join(directory, "haproxy.down");
  writeFileSync(file, down);
  const text = script
    .replace("127.0.0.1/8406", `127.0.0.1/${await port(here)}`)
    .replace("$0/80", `$0/${await port(there)}`)
    .replace("/run/quintet/haproxy.down", file);
  const child = spawn("/usr/bin/bash", ["-c", text, "haproxy-answers", "127.0.0.1"], { stdio: "ignore" });
  const [status] = await once(child, "exit");
  return { mayHold: status === 0, down: readFileSync(file, "utf8") };
}

const WELL: Haproxy = { says: "HTTP/1.0 200 OK\r\n\r\n" };
const REDIRECTS: Haproxy = { says: "HTTP/1.1 301 Moved Permanently\r\n\r\n" };

test.each<[Haproxy, Haproxy, boolean]>([
  [WELL, REDIRECTS, true],
  [WELL, "gone", true],
  ["frozen", REDIRECTS, false],
  ["gone", REDIRECTS, false],
  [{ says: "HTTP/1.0 503 Service Unavailable\r\n\r\n" }, REDIRECTS, false],
  // Nobody could do better.
  ["frozen", "frozen", true],
  ["frozen", "gone", true],
])("HAProxy here %j, there %j: may hold the virtual IP: %j", async (here, there, expected) => {
  expect((await mayHold(here, there)).mayHold).toBe(expected);
});

test("HAProxy that answers is not down any more", async () => {
  expect(await mayHold(WELL, REDIRECTS, "1\n")).toEqual({ mayHold: true, down: "" });
});

test("one that does not answer stays down, also where the other balancer does not answer either", async () => {
  expect(await mayHold("gone", "gone", "1\n")).toEqual({ mayHold: true, down: "1\n" });
});
