import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { expect } from "vitest";
import type { Document } from "yaml";
import { runCommand } from "../../src/command.ts";
import { systemClock } from "../../src/verify/clock.ts";
import type { LoadRecord } from "../../src/verify/load/load.ts";
import { mixOf } from "../../src/verify/load/mix.ts";
import { startLoad } from "../../src/verify/load/start-load.ts";
import type { Site } from "../../src/verify/site.ts";
import { eventsOf, program, quintet, type Run } from "./quintet.ts";
import { readRehearsal } from "./rehearsal.ts";
import { directory, inside } from "./shared.ts";
import { editStack } from "./stack-file.ts";

/** In front of the last line of server.js: websockets that stay open until somebody closes them. */
const WEBSOCKETS = `
import { createHash } from "node:crypto";
server.on("upgrade", (request, socket) => {
  const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const accept = createHash("sha1").update(key).digest("base64");
  socket.on("error", () => {});
  socket.write(\`HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: \${accept}\\r\\n\\r\\n\`);
});
`;

/** A stack directory of the same machines whose application can be changed; `restore` gives them theirs back. */
export async function changeableStack(): Promise<{ stack: string; source: string; restore: () => Promise<void> }> {
  const { app } = await readRehearsal(directory);
  const above = await mkdtemp(join(tmpdir(), "quintet-application-"));
  const source = join(above, "application");
  await cp(app.source, source, { recursive: true, filter: (file) => !file.endsWith("node_modules") });
  await edited(source, "server.js", (text) => text + WEBSOCKETS);
  const stack = join(above, basename(directory));
  await cp(directory, stack, { recursive: true, verbatimSymlinks: true });
  await editStack(stack, (document) => {
    document.setIn(["app", "source"], source);
    document.setIn(["app", "drain_timeout_s"], 2);
    document.setIn(["app", "start_timeout_s"], 5);
  });
  // The program on the hosts knows the timeouts.
  await released(["apply", "--stack", stack]);
  const restore = async () => {
    await released(["release", "--lock-wait", "60", "--stack", directory]);
    await released(["apply", "--stack", directory]);
    await rm(above, { recursive: true });
  };
  return { stack, source, restore };
}

/** What a command prints in the environment of the application on the first app host. */
export async function printed(stack: string, ...words: string[]): Promise<string> {
  const { stdout } = await runCommand([program, "run", "--stack", stack, "--", ...words]);
  return stdout.trim();
}

export async function edited(directory: string, file: string, edit: (text: string) => string): Promise<void> {
  const full = join(directory, file);
  await writeFile(full, edit(await readFile(full, "utf8")));
}

export const setApp = (stack: string, name: string, value: unknown) =>
  editStack(stack, (document: Document.Parsed) =>
    value === undefined ? document.deleteIn(["app", name]) : document.setIn(["app", name], value),
  );

/** A run that is to pass; gives what its result says for machines. */
export async function released(words: readonly string[]): Promise<{ release: string; switched?: { cut: number } }> {
  const run = await quintet(words);
  if (run.exitCode !== 0) throw new Error(`quintet ${words.join(" ")} ended with ${run.exitCode}:\n${run.stderr}`);
  return eventsOf(run, "result").at(-1)?.data as { release: string };
}

/** The last error of a run that is to fail with this exit code. */
export async function refused(exitCode: number, words: readonly string[]) {
  const run: Run = await quintet(words);
  const error = eventsOf(run, "error").at(-1)?.error;
  if (run.exitCode !== exitCode || error === undefined)
    throw new Error(`quintet ${words.join(" ")} ended with ${run.exitCode}:\n${JSON.stringify(run.events.at(-1))}`);
  return error;
}

export interface Visited {
  readonly records: readonly LoadRecord[];
  readonly failed: readonly LoadRecord[];
  /** Of the websockets, how often one was closed; each was opened again at once. */
  readonly closed: number;
  /** Websockets that could not be opened. */
  readonly refusedSockets: number;
}

/** What visitors see while `work` is done: 100 requests a second, and 50 open websockets. */
export async function visitedDuring(
  stack: string,
  work: () => Promise<unknown>,
  { sockets: count = 50 } = {},
): Promise<Visited> {
  const read = await readRehearsal(stack);
  const { address } = read.virtualIp;
  const ca = await readFile(join(stack, "files/ca.pem"), "utf8");
  const site: Site = { address, domain: read.site.domain, ca, ports: { http: 80, https: 443 } };
  const load = await startLoad(site, { rate: 100, maxMs: 300_000, mix: mixOf(read.checks) }, systemClock);
  const sockets = Array.from({ length: count }, () => openSocket(site));
  try {
    await Promise.all(sockets.map(({ opened }) => opened));
    await work();
    const { records } = await load.stop();
    const ends = sockets.map(({ stop }) => stop());
    return {
      records,
      failed: records.filter(({ ok }) => !ok),
      closed: ends.reduce((sum, { closed }) => sum + closed, 0),
      refusedSockets: ends.reduce((sum, { refused: one }) => sum + one, 0),
    };
  } finally {
    for (const { stop } of sockets) stop();
    await load.abandon();
  }
}

/** Opened again whenever it is closed, as a browser's script does. */
function openSocket(site: Site) {
  const count = { closed: 0, refused: 0 };
  let over = false;
  let current: TLSSocket | undefined;
  const { promise: opened, resolve } = Promise.withResolvers<void>();
  const open = () => {
    const socket = connect({ host: site.address, port: site.ports.https, servername: site.domain, ca: site.ca });
    current = socket;
    let isOpen = false;
    socket.on("error", () => {});
    socket.on("secureConnect", () =>
      socket.write(
        `GET /api/socket HTTP/1.1\r\nHost: ${site.domain}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      ),
    );
    socket.on("data", (chunk: Buffer) => {
      if (isOpen) return;
      isOpen = chunk.toString("latin1").startsWith("HTTP/1.1 101");
      if (isOpen) resolve();
      else socket.destroy();
    });
    socket.on("close", () => {
      if (over) return;
      if (isOpen) count.closed += 1;
      else count.refused += 1;
      setTimeout(open, 20);
    });
  };
  open();
  const stop = () => {
    over = true;
    current?.destroy();
    return count;
  };
  return { opened, stop };
}

const APPS = ["app1", "app2"];

/** What each app host runs, and whether the balancers send requests there. */
export async function running(): Promise<string[]> {
  const each = APPS.map(async (host) => (await inside(host, "readlink /srv/app/current")).replace("releases/", ""));
  return Promise.all(each);
}

async function poolStates(): Promise<string[]> {
  const ask = `python3 -c 'import socket
s = socket.socket(socket.AF_UNIX); s.connect("/run/haproxy/admin.sock"); s.sendall(b"show stat\\n")
said = b""
while b := s.recv(65536): said += b
for line in said.decode().splitlines():
    cells = line.split(",")
    if cells[0] == "app" and cells[1].startswith("app"): print(cells[17])'; systemctl list-units --no-legend 'quintet-ready-*'`;
  const said = await Promise.all(["web1", "web2"].map((host) => inside(host, ask)));
  return said.flatMap((text) => text.split("\n"));
}

export const allUp = () => expect.poll(poolStates, { timeout: 20_000 }).toEqual(["UP", "UP", "UP", "UP"]);
