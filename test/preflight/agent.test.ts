import { readdir } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { execa } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { type Answers, agentScript, askAsRoot, parseAnswers, type Questions } from "../../src/preflight/agent.ts";
import { type Call, localSession } from "./local-session.ts";

const NOTHING: Questions = { name: "web1", ports: [], listen: {}, connect: {}, mirror: false };

async function ask(questions: Partial<Questions>): Promise<Answers> {
  const { stdout, stderr } = await runCommand(["python3", "-"], { input: agentScript({ ...NOTHING, ...questions }) });
  return parseAnswers(stdout) ?? expect.fail(stderr + stdout);
}

/** A port of this computer that nobody has. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listeningServer(): Promise<number> {
  const server = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

test("nothing asked, nothing found, nothing wrong", async () => {
  const answers = await ask({});
  expect(answers).toMatchObject({ ports: [], listen: {}, connect: {}, errors: {} });
  expect(answers.mirror).toBe(undefined);
  expect(answers.vrrp).toBe(undefined);
});

test("who listens on a port", async () => {
  const port = await listeningServer();
  const { ports } = await ask({ ports: [port] });
  expect(ports).toEqual([expect.objectContaining({ port, address: "127.0.0.1", pid: process.pid })]);
  expect(ports[0]?.program).not.toBe(undefined);
});

test("two hosts reach each other, whichever begins first, and end when they have", async () => {
  const port = await freePort();
  const listen = { "1": { address: "127.0.0.1", port, from: ["app1"] } };
  const [one, other] = await Promise.all([
    ask({ listen }),
    ask({ name: "app1", connect: { "web1:1": { address: "127.0.0.1", port } } }),
  ]);
  expect(one.listen).toEqual({ "1": "ours" });
  expect(other.connect).toEqual({ "web1:1": "open" });
});

describe("what is in the way", () => {
  test("a program that listens already is left to itself, and reached", async () => {
    const port = await listeningServer();
    const listen = { "1": { address: "127.0.0.1", port, from: ["app1"] } };
    const { listen: listened, connect } = await ask({ listen, connect: { "x:1": { address: "127.0.0.1", port } } });
    expect({ listened, connect }).toEqual({ listened: { "1": "held" }, connect: { "x:1": "open" } });
  });

  test("nobody listens, and an address that this computer does not have", async () => {
    const port = await freePort();
    const listen = { "1": { address: "192.0.2.77", port, from: ["app1"] } };
    const answers = await ask({ listen, connect: { "x:1": { address: "127.0.0.1", port } } });
    expect(answers.listen).toEqual({ "1": "absent" });
    expect(answers.connect).toEqual({ "x:1": "refused" });
  });
});

test("ends by itself when whoever asked has gone, and leaves no file behind", async () => {
  const port = await freePort();
  const before = await leftovers();
  const script = agentScript({ ...NOTHING, listen: { "1": { address: "127.0.0.1", port, from: ["app1"] } } });
  // The shell dies while the program still listens; the end of its output goes with it.
  const child = execa("python3", ["-"], { input: script, reject: false, buffer: false });
  await untilTaken(port);
  child.stdout.destroy();
  expect((await child).exitCode).toBe(1);
  expect(await leftovers()).toEqual(before);
});

test("runs as root, with the script on standard input", async () => {
  const calls: Call[] = [];
  const answers = await askAsRoot(localSession(calls), NOTHING, new AbortController().signal);
  expect(answers).toMatchObject({ listen: {} });
  expect(calls.map(({ argv, options }) => [argv, options?.sudo, options?.timeoutMs])).toEqual([
    [["/usr/bin/python3", "-"], true, 12_000],
  ]);
});

test("the quotes of a name do not end the literal that it stands in", async () => {
  const hostile = `web1"'\\\n'''+{{ $(id) }}\u2028`;
  const port = await listeningServer();
  expect((await ask({ name: hostile, connect: { [hostile]: { address: "127.0.0.1", port } } })).connect).toEqual({
    [hostile]: "open",
  });
});

test.each([
  ["nothing", ""],
  ["no object", "Killed\n"],
  ["half of one", '{"ports": ['],
  ["another one", '{"ports": [{"port": "eighty"}]}'],
])("%s is no answer", (_, text) => {
  expect(parseAnswers(text)).toBe(undefined);
});

test("what a login shell says before is passed over", () => {
  expect(parseAnswers('{ welcome\n{"errors": {}}\n')).toMatchObject({ ports: [], errors: {} });
});

async function leftovers(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith("quintet-check-"));
}

async function untilTaken(port: number): Promise<void> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = async () =>
    (await runCommand(["cat", "/proc/net/tcp"])).stdout.includes(`0100007F:${hex} 00000000:0000 0A`);
  while (!(await listening()));
}
