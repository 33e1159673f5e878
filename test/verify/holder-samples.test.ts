import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import type { RemoteStream, Session } from "../../src/remote/session.ts";
import { systemClock } from "../../src/verify/clock.ts";
import { alignSamples, type HolderSampler, type RawSample, startSampler } from "../../src/verify/holder-samples.ts";
import { fiveHosts } from "./stack.ts";

const raw = (boot: string, machineAt: number, arrivedAt: number | undefined, holds = true): RawSample => ({
  ...{ boot, machineAt, arrivedAt, holds },
});

test("samples get the time at which they were true, not at which they arrived", () => {
  const lines = [raw("1", 5000, 103), raw("1", 5050, 151), raw("1", 5100, 450, false)];
  expect(alignSamples("a", lines)).toEqual([
    { host: "a", at: 101, holds: true },
    { host: "a", at: 151, holds: true },
    { host: "a", at: 201, holds: false },
  ]);
  expect(alignSamples("a", [])).toEqual([]);
});

test("each start of the machine has a clock of its own; what was told later or twice is put in its place once", () => {
  const lines = [
    ...[raw("1", 5000, 101), raw("1", 5050, 153), raw("2", 40, 920), raw("2", 90, 975)],
    ...[raw("1", 5050, undefined), raw("1", 5100, undefined, false), raw("1", 5150, 251, false)],
    raw("3", 7, undefined),
  ];
  expect(alignSamples("a", lines).map(({ at, holds }) => [at, holds])).toEqual([
    ...[
      [101, true],
      [151, true],
      [201, false],
      [251, false],
    ],
    ...[
      [920, true],
      [970, true],
    ],
  ]);
});

/** Runs what a session would run on this computer; each connection can be lost. */
function computer() {
  const children: ChildProcess[] = [];
  const lose: ((how: "cut" | "closed") => void)[] = [];
  const host = fiveHosts("/nowhere").hosts[0];
  if (host === undefined) throw new Error("no host");
  const connect = async (): Promise<Session> => ({
    host,
    run: () => Promise.reject(new Error("nothing to run")),
    stream([command = "", ...words], onLine): RemoteStream {
      const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
      children.push(child);
      let end = (_: { exitCode: undefined; stdout: string; stderr: string }) => {};
      const ended = new Promise<{ exitCode: undefined; stdout: string; stderr: string }>((resolve) => {
        end = resolve;
      });
      const over = () => end({ exitCode: undefined, stdout: "", stderr: "" });
      const lines = createInterface({ input: child.stdout });
      lines.on("line", onLine);
      child.on("exit", over);
      lose.push((how) => {
        // A machine that is cut off goes on, and knows nothing of it.
        lines.off("line", onLine);
        if (how === "closed") child.stdin.end();
        over();
      });
      return {
        ended,
        write: (text) => void child.stdin.write(text),
        async stop() {
          child.stdin.end();
          await ended;
        },
      };
    },
    attach: async () => undefined,
    close() {},
  });
  return { connect, children, lose };
}

const running: HolderSampler[] = [];
afterEach(async () => {
  for (const sampler of running.splice(0)) await sampler.stop();
});

function start(address: string, connect: () => Promise<Session>): HolderSampler {
  const sampler = startSampler("lb1", address, { connect, clock: systemClock });
  running.push(sampler);
  return sampler;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(5);
}

const mine = Object.values(networkInterfaces()).flatMap((all) => all?.map((one) => one.address) ?? []);

test.each(["127.0.0.1", "192.0.2.1", "::1", "2001:db8::1"])("whether this computer holds %s", async (address) => {
  const holds = mine.includes(address);
  const { connect, children } = computer();
  const sampler = start(address, connect);
  await until(() => sampler.latest() !== undefined);
  const samples = await sampler.stop();
  expect(samples.length).toBeGreaterThan(0);
  for (const sample of samples) expect(sample).toMatchObject({ host: "lb1", holds });
  await until(() => children[0]?.exitCode !== null);
  expect(children.map((child) => child.exitCode)).toEqual([0]);
});

test.each(["cut", "closed"] as const)(
  "what was sampled while the connection was %s is told by the next one",
  async (how) => {
    const { connect, children, lose } = computer();
    const connections = { allowed: true };
    const sampler = start("127.0.0.1", () => (connections.allowed ? connect() : Promise.reject(new Error("cut off"))));
    await until(() => sampler.latest() !== undefined);
    connections.allowed = false;
    const lostAt = systemClock.monotonic();
    lose[0]?.(how);
    await systemClock.sleep(500);
    const backAt = systemClock.monotonic();
    connections.allowed = true;
    await until(() => children.length === 2 && (sampler.latest()?.arrivedAt ?? 0) > backAt);
    const samples = await sampler.stop();
    children[0]?.kill();
    const meanwhile = samples.filter(({ at }) => at > lostAt && at < backAt);
    expect(meanwhile.length).toBeGreaterThan(2);
    expect(samples.map(({ at }) => at)).toEqual(samples.map(({ at }) => at).toSorted((a, b) => a - b));
    const path = children[0]?.spawnargs.at(-1);
    expect(readdirSync("/dev/shm").filter((name) => name.endsWith(`${path}`))).toEqual([]);
  },
);

test("a host that cannot be reached is asked until it can, or until nobody wants to know", async () => {
  let asked = 0;
  const { connect } = computer();
  const sampler = start("127.0.0.1", () => (++asked < 3 ? Promise.reject(new Error("off")) : connect()));
  await until(() => sampler.latest() !== undefined);
  expect(asked).toBe(3);
  const never = start("127.0.0.1", () => Promise.reject(new Error("off")));
  expect(await never.stop()).toEqual([]);
});
