import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Claim } from "../../src/lock/claim.ts";
import { keepLocks, type Loss, RETAKE_MS } from "../../src/lock/keep.ts";
import { HEARTBEAT_MS } from "../../src/lock/script.ts";
import { type Taken, takeAll } from "../../src/lock/take.ts";
import { type FakeHost, type FakeHosts, fakeHosts, HOLDER } from "./fake-hosts.ts";

const claim: Claim = { run: "ours", user: "dora", computer: "laptop", command: "quintet apply" };
const OWN: FakeHost = { answer: { kind: "held", holder: { claim, heldMs: 0, silentMs: 0 } } };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

async function keeping(hosts: FakeHosts = fakeHosts()) {
  const taken = (await takeAll(["web1", "web2"], "me", hosts, new AbortController().signal)) as Taken;
  hosts.calls.length = 0;
  const told: string[] = [];
  const losses: Loss[] = [];
  const keeper = keepLocks(taken, claim, hosts, {
    losing: (host) => told.push(`losing ${host}`),
    retaken: (host) => told.push(`retaken ${host}`),
    lost: (host, why) => {
      told.push(`lost ${host}`);
      losses.push(why);
    },
  });
  return { hosts, keeper, told, losses };
}

test("every host gets its sign of life, until the end", async () => {
  const { hosts, keeper } = await keeping();
  vi.advanceTimersByTime(3 * HEARTBEAT_MS);
  expect(hosts.beats).toEqual(new Map([["web1", 3], ["web2", 3]])); // biome-ignore format: a table
  await keeper.release();
  expect(hosts.calls).toEqual(["release web1", "release web2"]);
  vi.advanceTimersByTime(3 * HEARTBEAT_MS);
  expect(hosts.beats.get("web1")).toBe(3);
});

test("nothing is taken again after the end", async () => {
  const { hosts, keeper, told } = await keeping();
  await keeper.release();
  hosts.lose("web1");
  await new Promise((resolve) => setImmediate(resolve));
  expect([told, hosts.calls]).toEqual([[], ["release web1", "release web2"]]);
});

describe("a lock that is lost", () => {
  test("is taken again at once over a new connection, and kept", async () => {
    const { hosts, keeper, told } = await keeping();
    hosts.lose("web2");
    await expect.poll(() => told).toEqual(["losing web2", "retaken web2"]);
    expect(hosts.calls).toEqual(["reopen web2", expect.stringMatching(/^web2 takes .*"run":"ours"/)]);
    vi.advanceTimersByTime(HEARTBEAT_MS);
    expect(hosts.beats.get("web2")).toBe(1);
    hosts.lose("web2");
    await expect.poll(() => told).toEqual(["losing web2", "retaken web2", "losing web2", "retaken web2"]);
    await keeper.release();
  });

  test("is waited for while our own dead script still has it, however long that is", async () => {
    const { hosts, keeper, told } = await keeping();
    hosts.behaviour["web2"] = OWN;
    hosts.lose("web2");
    await expect.poll(() => hosts.elapsed).toBeGreaterThan(2 * RETAKE_MS);
    expect(told).toEqual(["losing web2"]);
    hosts.behaviour["web2"] = {};
    await expect.poll(() => told).toEqual(["losing web2", "retaken web2"]);
    await keeper.release();
  });

  test("ends the work when somebody else has it", async () => {
    const { hosts, keeper, told, losses } = await keeping();
    hosts.behaviour["web2"] = { answer: { kind: "held", holder: HOLDER } };
    hosts.lose("web2");
    await expect.poll(() => told).toEqual(["losing web2", "lost web2"]);
    expect(losses).toEqual([{ kind: "held", holder: HOLDER }]);
    await keeper.release();
  });

  test("ends the work when somebody else has had it, even though it is free again", async () => {
    const { hosts, keeper, told, losses } = await keeping();
    hosts.behaviour["web2"] = { answer: { kind: "taken", afterAnother: true } };
    hosts.lose("web2");
    await expect.poll(() => told).toEqual(["losing web2", "lost web2"]);
    expect(losses).toEqual([{ kind: "was held" }]);
    expect(hosts.calls.at(-1)).toBe("release web2");
    await keeper.release();
  });

  test.each<[string, FakeHost, string]>([
    ["cannot be reached", { unreachable: "no route" }, "no route"],
    ["does not answer", { answer: "never" }, ""],
  ])("ends the work while nobody else can have it yet, when the host %s", async (_, behaviour, detail) => {
    const { hosts, keeper, told, losses } = await keeping();
    hosts.behaviour["web2"] = behaviour;
    hosts.lose("web2");
    await expect.poll(() => told).toEqual(["losing web2", "lost web2"]);
    expect(losses).toEqual([{ kind: "out of reach", detail }]);
    expect(hosts.elapsed).toBeGreaterThanOrEqual(RETAKE_MS);
    expect(hosts.elapsed).toBeLessThan(RETAKE_MS + 2_000);
    await keeper.release();
  });
});
