import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Machines } from "../../../src/machines/machines.ts";
import { healLeftover } from "../../../src/verify/drills/armed.ts";
import { runDrill } from "../../../src/verify/drills/run-drill.ts";
import { oneOf } from "../../../src/verify/drills/targets.ts";
import { seenDown, takenOver } from "../../../src/verify/drills/watch.ts";
import type { Fault } from "../../../src/verify/faults/fault.ts";
import { drillOf, makeWorld, noMachines } from "./world.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-drill-"));
});
afterEach(() => rmSync(directory, { recursive: true }));
const kept = () => (existsSync(join(directory, ".quintet")) ? readdirSync(join(directory, ".quintet")) : []);

test("a takeover is measured; the repair is armed first, and taken back", async () => {
  const { context, calls, failover } = makeWorld(directory);
  const report = await runDrill(drillOf(failover(300), { awaits: takenOver, takeover: true }), context);
  expect(report).toMatchObject({
    id: "balancer-power-loss",
    title: "The balancer goes",
    status: "passed",
    hosts: ["web1"],
    objective: { downtimeMs: 800, failedSafe: null, maxHolders: 1 },
    predicted: { downtimeMs: 700 },
    measured: { failed: 29, holders: { min: 0, max: 1 }, writes: { missing: [], doubled: [] } },
  });
  expect(report.reason).toBeUndefined();
  expect(report.measured?.downtimeMs).toBe(300);
  expect(report.timeline?.marks.map(({ what }) => what)).toEqual(["injected", "taken over", "repaired", "redundant"]);
  expect(calls).toEqual(["arm web1 60000; noted: true", "inject web1", "repair web1"]);
  expect(kept()).toEqual([]);
});

test("an outage that is too long fails, and says why; stack.yml and the command line may allow it", async () => {
  const run = async (change: object) => {
    const { context, failover } = makeWorld(directory);
    const { status, reason } = await runDrill(drillOf(failover(1_700)), { ...context, ...change });
    return { status, reason };
  };
  expect(await run({})).toEqual({ status: "failed", reason: "no answer for 1700 ms, 800 at most" });
  expect(await run({ maxDowntimeMs: 2_000 })).toEqual({ status: "passed", reason: undefined });
  const { stack } = makeWorld(directory).context;
  const allowed = { ...stack, drills: { rate: 100, objectives: { "balancer-power-loss": { downtime_ms: 1_720 } } } };
  expect(await run({ stack: allowed })).toEqual({ status: "passed", reason: undefined });
});

test("what a drill waits for has to be seen, within half a minute", async () => {
  const { context, failover } = makeWorld(directory);
  const nothing = { ...failover(), inject: async () => {} };
  const app = { target: oneOf("app"), awaits: seenDown("app") };
  const report = await runDrill(drillOf(nothing, app), context);
  expect(report).toMatchObject({
    status: "failed",
    hosts: ["app1"],
    reason: "no balancer saw that app/app1 was gone within 30 s",
  });
});

test("a server that went is detected, and has to come back", async () => {
  const { context, state, after } = makeWorld(directory);
  const fault: Fault = {
    arm: async () => {},
    inject: async () => after(500, () => state.down.add("app/app1")),
    repair: async () => after(2_000, () => state.down.delete("app/app1")),
  };
  const report = await runDrill(drillOf(fault, { target: oneOf("app"), awaits: seenDown("app") }), context);
  expect(report).toMatchObject({ status: "passed", hosts: ["app1"], measured: { failed: 0 } });
  expect(report.measured?.redundancyMs).toBeGreaterThanOrEqual(2_000);
  expect(report.timeline?.marks.map(({ what, text }) => `${what}: ${text}`)).toContain(
    "detected: web1 sees app/app1 DOWN",
  );
  const stays: Fault = { ...fault, repair: async () => {} };
  expect(await runDrill(drillOf(stays, { target: oneOf("app") }), makeWorld(directory).context)).toMatchObject({
    status: "passed",
  });
  const other = makeWorld(directory);
  const never: Fault = { ...fault, inject: async () => void other.state.down.add("app/app1"), repair: async () => {} };
  const left = await runDrill(drillOf(never, { target: oneOf("app") }), other.context);
  expect(left).toMatchObject({ status: "failed", measured: { redundancyMs: null } });
  expect(left.reason).toContain("on web1, app/app1 is DOWN");
});

test("kinds of requests that nobody is left to answer do not count, all others do", async () => {
  const run = async (failing: "static" | "read") => {
    const { context, state } = makeWorld(directory);
    const fault: Fault = {
      arm: async () => {},
      inject: async () => void state.failing.set(failing, 503),
      repair: async () => void state.failing.clear(),
    };
    const objective = { downtimeMs: 500, failedSafe: 0, maxHolders: 1 };
    return runDrill(drillOf(fault, { suffers: ["read", "write"], objective }), context);
  };
  const reads = await run("read");
  expect(reads).toMatchObject({ status: "passed" });
  expect(reads.measured?.failedSafe).toBeGreaterThan(100);
  const files = await run("static");
  expect(files.status).toBe("failed");
  expect(files.reason).toMatch(
    /^service was not steady again within 30 s; no answer for .* that only read failed, 0 at most/,
  );
});

test("a lost write fails the drill, whatever else held; so do both looks", async () => {
  const { context, failover } = makeWorld(directory);
  const readBack = async (ids: readonly string[]) => ({
    ...{ acknowledged: ids.length, doubled: [], unread: [] },
    missing: ids.slice(0, 1),
  });
  const also = { look: async () => ["the page is empty"], also: () => ["the application is tired"] };
  const report = await runDrill(drillOf(failover(), also), { ...context, readBack });
  expect(report.status).toBe("failed");
  expect(report.reason).toMatch(
    /^the page is empty; 1 acknowledged write missing: write-\d+; the application is tired$/,
  );
});

test("whoever wants to watch for longer can: the repair does not come in between", async () => {
  const { context, calls, failover } = makeWorld(directory);
  const report = await runDrill(drillOf(failover(300)), { ...context, watchMs: 120_000 });
  expect(report).toMatchObject({ status: "passed" });
  expect(report.measured?.requests).toBeGreaterThan(12_000);
  expect(calls[0]).toBe("arm web1 170000; noted: true");
});

test("what should come back by itself is not mended before it had its time", async () => {
  const run = async (backMs: number) => {
    const { context, state, calls, after } = makeWorld(directory);
    const fault: Fault = {
      arm: async () => {},
      async inject() {
        state.leftover.set("web1", "haproxy.service is failed\n");
        after(backMs, () => state.leftover.clear());
      },
      async repair() {
        calls.push(`repair; left: ${state.leftover.get("web1") ?? "nothing"}`);
        state.leftover.clear();
      },
    };
    return { calls, ...(await runDrill(drillOf(fault, { ends: "by itself" }), context)) };
  };
  const back = await run(1_000);
  expect(back).toMatchObject({ status: "passed", calls: ["repair; left: nothing"] });
  // When it was whole, and not when we had watched it for long enough.
  expect(back.measured?.redundancyMs).toBeGreaterThanOrEqual(900);
  expect(back.measured?.redundancyMs).toBeLessThanOrEqual(1_000);
  expect(back.timeline?.marks.map(({ what }) => what)).toEqual(["injected", "redundant"]);
  const never = await run(60_000);
  expect(never).toMatchObject({
    status: "failed",
    reason: "it did not come back by itself: on web1, haproxy.service is failed",
    calls: ["repair; left: haproxy.service is failed\n"],
  });
});

test("an abort heals first", async () => {
  const { context, calls, controller, failover } = makeWorld(directory);
  const reason = new Error("interrupted");
  const fault: Fault = {
    ...failover(),
    inject: async (world, host) => {
      await failover().inject(world, host);
      controller.abort(reason);
    },
  };
  await expect(runDrill(drillOf(fault), context)).rejects.toBe(reason);
  expect(calls).toEqual(["arm web1 60000; noted: true", "inject web1", "repair web1"]);
  expect(kept()).toEqual([]);
});

test("an injection that breaks half-way is mended, too", async () => {
  const { context, calls, failover } = makeWorld(directory);
  const fault = { ...failover(), inject: () => Promise.reject(new Error("the switch is stuck")) };
  expect(await runDrill(drillOf(fault), context)).toMatchObject({
    status: "failed",
    reason: "the switch is stuck",
    measured: null,
    timeline: null,
  });
  expect(calls.at(-1)).toBe("repair web1");
});

test("a repair that cannot be armed keeps everything from being broken", async () => {
  const { context, calls, failover } = makeWorld(directory);
  const fault = { ...failover(), arm: () => Promise.reject(new Error("no systemd-run")) };
  expect(await runDrill(drillOf(fault), context)).toMatchObject({ status: "failed", reason: "no systemd-run" });
  expect(calls).toEqual(["repair web1"]);
});

test("what cannot be mended stays written down, and the next run mends it", async () => {
  const { context, calls, events, failover } = makeWorld(directory);
  const fault = { ...failover(), repair: () => Promise.reject(new Error("no power")) };
  const report = await runDrill(drillOf(fault), context);
  expect(report).toMatchObject({ status: "failed", reason: "no power" });
  expect(events.find((event) => event.type === "warning")).toMatchObject({
    message: "web1 could not be mended: no power. The repair is armed there and comes by itself within 60 s.",
    next: "quintet verify --stack /srv/shop",
  });
  expect(JSON.parse(readFileSync(join(directory, ".quintet", "drill.json"), "utf8"))).toEqual({
    drill: "balancer-power-loss",
    hosts: ["web1"],
    pid: process.pid,
  });
  calls.splice(0);
  const machines: Machines = {
    ...noMachines,
    stateOf: async () => "stopped",
    powerOff: async () => {},
    start: async (_, host) => void calls.push(`start ${host}`),
  };
  expect(await healLeftover(context.stack, { machines, sessions: context.sessions })).toEqual(["web1"]);
  expect(calls).toEqual(["start web1", "on web1: [ -e /run/quintet/drill-repair.sh ] || exit 0"]);
  expect(await healLeftover(context.stack, { machines, sessions: context.sessions })).toEqual([]);
});

test("a drill that another process is running is let be; one that was killed is not", async () => {
  const { context, calls } = makeWorld(directory);
  mkdirSync(join(directory, ".quintet"));
  const heal = async (pid: number | undefined) => {
    writeFileSync(
      join(directory, ".quintet", "drill.json"),
      JSON.stringify({ drill: "app-frozen", hosts: ["app1", "gone"], pid }),
    );
    return healLeftover(context.stack, { machines: undefined, sessions: context.sessions });
  };
  expect(await heal(process.ppid)).toEqual([]);
  expect(calls).toEqual([]);
  expect(kept()).toEqual(["drill.json"]);
  expect(await heal(spawnSync("true").pid)).toEqual(["app1"]);
  expect(calls).toEqual(["on app1: [ -e /run/quintet/drill-repair.sh ] || exit 0"]);
  expect(kept()).toEqual([]);
  // Nothing that can be read: there is nothing to heal from it.
  expect(await heal(undefined)).toEqual([]);
  expect(kept()).toEqual([]);
});

test("a host that cannot be reached stays written down", async () => {
  const { context } = makeWorld(directory);
  mkdirSync(join(directory, ".quintet"));
  const file = join(directory, ".quintet", "drill.json");
  const pid = spawnSync("true").pid;
  writeFileSync(file, JSON.stringify({ drill: "web-tier-gone", hosts: ["web1", "web2"], pid }));
  const sessions = {
    ...context.sessions,
    to: async (name: string) => (name === "web2" ? Promise.reject(new Error("no route")) : context.sessions.to(name)),
  };
  expect(await healLeftover(context.stack, { machines: undefined, sessions })).toEqual(["web1"]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ drill: "web-tier-gone", hosts: ["web2"], pid });
});

test("nothing is broken where the drill does not apply, or the stack is not whole", async () => {
  const { context, calls, state, failover } = makeWorld(directory);
  const applies = () => "there is one app server only";
  expect(await runDrill(drillOf(failover(), { applies }), context)).toMatchObject({
    status: "skipped",
    reason: "there is one app server only",
    hosts: [],
    measured: null,
  });
  state.leftover.set("web2", "keepalived is in its fault state\n");
  expect(await runDrill(drillOf(failover()), context)).toMatchObject({
    status: "failed",
    reason: "the stack was not healthy before it began: on web2, keepalived is in its fault state",
  });
  state.leftover.clear();
  state.holders.add("web2");
  expect((await runDrill(drillOf(failover()), context)).reason).toBe(
    "the stack was not healthy before it began: the virtual IP is held by web1 and web2",
  );
  expect(calls).toEqual([]);
});

test("requests that fail before anything is broken end the drill", async () => {
  const { context, calls, state, failover } = makeWorld(directory);
  state.failing.set("read", 500);
  expect((await runDrill(drillOf(failover()), context)).reason).toBe(
    "requests failed before anything was broken: read answered 500",
  );
  expect(calls).toEqual([]);
});
