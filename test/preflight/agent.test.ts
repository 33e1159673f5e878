import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { lockArgv } from "../../src/lock/script.ts";
import { type Agent, parseAnswers, startAgent } from "../../src/preflight/agent.ts";
import type { Answers, Questions } from "../../src/preflight/asked.ts";
import { type Call, localSession } from "./local-session.ts";

const NOTHING: Questions = {
  ports: [],
  listen: {},
  connect: {},
  mirror: false,
  lock: { directory: "/nonexistent", run: null },
};

function start(questions: Partial<Questions>): Agent {
  const agent = startAgent(localSession(), { ...NOTHING, ...questions });
  onTestFinished(() => agent.stop());
  return agent;
}

/** Asks this computer, as several hosts at once. */
async function ask(...all: Partial<Questions>[]): Promise<Answers[]> {
  const agents = all.map(start);
  await Promise.all(agents.map(({ ready }) => ready));
  for (const agent of agents) agent.go();
  const answers = await Promise.all(agents.map((agent) => agent.answers));
  return answers.map((one) => (typeof one === "string" ? expect.fail(one) : one));
}

/** A port of this computer that nobody has. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listeningServer(address = "127.0.0.1"): Promise<number> {
  const server = createServer((socket) => socket.on("error", () => {})).listen(0, address);
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

test("nothing asked, nothing found, nothing wrong", async () => {
  const [answers] = await ask({});
  expect(answers).toMatchObject({ ports: [], listen: {}, connect: {}, errors: {} });
  expect(answers?.mirror).toBe(undefined);
  expect(answers?.vrrp).toBe(undefined);
});

test.each(["127.0.0.1", "::1", "::"])("who listens on a port of %s", async (address) => {
  const port = await listeningServer(address);
  const [answers] = await ask({ ports: [port] });
  expect(answers?.ports).toEqual([expect.objectContaining({ port, address, pid: process.pid })]);
  expect(answers?.ports[0]?.program).not.toBe(undefined);
});

describe("a port", () => {
  test("that nobody has is opened, reached and closed again", async () => {
    const port = await freePort();
    const agents = [start({ listen: { "1": at(port) }, ports: [port] }), start({ connect: { "web1:1": at(port) } })];
    await Promise.all(agents.map(({ ready }) => ready));
    expect(await isTaken(port)).toBe(true);
    for (const agent of agents) agent.go();
    const answers = await Promise.all(agents.map((agent) => agent.answers));
    expect(answers).toMatchObject([{ listen: { "1": "ours" }, ports: [] }, { connect: { "web1:1": "open" } }]);
    await Promise.all(agents.map((agent) => agent.stop()));
    expect(await isTaken(port)).toBe(false);
  });

  test("that a program has is left to it, and reached", async () => {
    const port = await listeningServer();
    const [answers] = await ask({ listen: { "1": at(port) }, connect: { "x:1": at(port) } });
    expect(answers).toMatchObject({ listen: { "1": "held" }, connect: { "x:1": "open" } });
  });

  test("that nobody listens at, on an address that this computer does not have", async () => {
    const port = await freePort();
    const [answers] = await ask({ listen: { "1": { address: "192.0.2.77", port } }, connect: { "x:1": at(port) } });
    expect(answers).toMatchObject({ listen: { "1": "absent" }, connect: { "x:1": "refused" } });
  });
});

test("a port that another run's look has is told from a stranger's", async () => {
  const port = await freePort();
  const first = start({ listen: { "1": at(port) } });
  await first.ready;
  const [answers] = await ask({ listen: { "1": at(port) }, ports: [port] });
  expect(answers).toMatchObject({ listen: { "1": "another run" }, ports: [{ port, program: "quintet-check" }] });
});

describe("where a run has the lock of the host", () => {
  const claim = { run: "r1", user: "kim", computer: "laptop", command: "quintet apply" };

  async function locked() {
    const directory = await mkdtemp(join(tmpdir(), "quintet-lock-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const [file = "", ...args] = lockArgv(directory);
    const holder = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(holder, "close");
    onTestFinished(() => void holder.kill("SIGKILL"));
    const [answer] = await Promise.all([
      once(createInterface(holder.stdout), "line"),
      holder.stdin.write(`${JSON.stringify(claim)}\n`),
    ]);
    expect(answer).toEqual(["taken"]);
    return { directory, holder, ended };
  }

  test("another's: who, and no port is opened", async () => {
    const { directory } = await locked();
    const port = await freePort();
    const agent = start({ listen: { "1": at(port) }, lock: { directory, run: "r2" } });
    await agent.ready;
    expect(await isTaken(port)).toBe(false);
    agent.go();
    const { run: _, ...lockedBy } = claim;
    expect(await agent.answers).toMatchObject({ lockedBy, listen: { "1": "another run" }, errors: {} });
  });

  test("our own is in nobody's way", async () => {
    const { directory } = await locked();
    const port = await freePort();
    const [answers] = await ask({ listen: { "1": at(port) }, lock: { directory, run: "r1" } });
    expect(answers).toMatchObject({ listen: { "1": "ours" }, errors: {} });
    expect(answers?.lockedBy).toBe(undefined);
  });

  test("one that was killed has it no more, whatever it left behind", async () => {
    const { directory, holder, ended } = await locked();
    holder.kill("SIGKILL");
    await ended;
    expect(await readdir(directory)).toContain("holder");
    const [answers] = await ask({ lock: { directory, run: "r2" } });
    expect(answers?.lockedBy).toBe(undefined);
  });
});

test("no connection is tried before the word is given", async () => {
  const port = await freePort();
  const agent = start({ connect: { "x:1": at(port) } });
  await agent.ready;
  const server = createServer().listen(port, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  agent.go();
  expect(await agent.answers).toMatchObject({ connect: { "x:1": "open" } });
});

test("ends by itself when whoever asked has gone, and leaves nothing behind", async () => {
  const port = await freePort();
  const before = await leftovers();
  const program = `
    import { startAgent } from ${JSON.stringify(join(import.meta.dirname, "../../src/preflight/agent.ts"))};
    import { localSession } from ${JSON.stringify(join(import.meta.dirname, "local-session.ts"))};
    const agent = startAgent(localSession(), ${JSON.stringify({ ...NOTHING, listen: { "1": at(port) } })});
    await agent.ready;
    process.kill(process.pid, "SIGKILL");`;
  const { signal } = await execa(process.execPath, ["--input-type=module", "--eval", program], { reject: false });
  expect(signal).toBe("SIGKILL");
  while (await isTaken(port));
  while ((await leftovers()).length > before.length);
});

test("says why there is no answer", async () => {
  const session = localSession();
  const broken = {
    ...session,
    stream: (_: unknown, ...rest: [(line: string) => void]) => session.stream(["sh", "-c", "echo no >&2"], ...rest),
  };
  const agent = startAgent(broken, NOTHING);
  await agent.ready;
  expect(await agent.answers).toBe("no");
});

test("runs as root", async () => {
  const calls: Call[] = [];
  const agent = startAgent(localSession(calls), NOTHING);
  await agent.stop();
  expect(calls.map(({ argv, options }) => [argv.slice(0, 2), options?.sudo])).toEqual([
    [["/usr/bin/python3", "-c"], true],
  ]);
});

test("quotes and strange signs do not end the literal that they stand in", async () => {
  const port = await listeningServer();
  const hostile = `web1"'\\\n'''+{{ $(id) }}\u2028\u{1f600}`;
  const [answers] = await ask({ connect: { [hostile]: at(port) } });
  expect(answers?.connect).toEqual({ [hostile]: "open" });
});

test.each([
  ["nothing", ""],
  ["no object", "Killed"],
  ["half of one", '{"ports": ['],
  ["another one", '{"ports": [{"port": "eighty"}]}'],
])("%s is no answer", (_, line) => {
  expect(parseAnswers(line)).toBe(undefined);
});

function at(port: number) {
  return { address: "127.0.0.1", port };
}

async function leftovers(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith("quintet-check-"));
}

async function isTaken(port: number): Promise<boolean> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return (await readFile("/proc/net/tcp", "utf8")).includes(`0100007F:${hex} 00000000:0000 0A`);
}
