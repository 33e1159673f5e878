import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Event } from "../../../src/events.ts";
import type { Machines } from "../../../src/machines/machines.ts";
import type { RemoteStream, Session } from "../../../src/remote/session.ts";
import { systemClock } from "../../../src/verify/clock.ts";
import { healLeftover } from "../../../src/verify/drills/armed.ts";
import { balancerPowerLoss } from "../../../src/verify/drills/balancer-power-loss.ts";
import type { DrillContext } from "../../../src/verify/drills/drill.ts";
import { fiveHosts } from "../stack.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-drill-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Two balancers that fail over as keepalived's do, without any machine. web1 holds the address first. */
function world({ takeoverMs = 300, bothHold = false, onPowerOff = async () => {} } = {}) {
  const stack = fiveHosts(directory);
  const on = new Set(["web1", "web2"]);
  const holders = new Set(["web1"]);
  const calls: string[] = [];
  const events: Event[] = [];
  const controller = new AbortController();
  const text = (stdout: string) => ({ exitCode: 0, stdout, stderr: "" });
  const ipJson = (held: boolean) => JSON.stringify([{ addr_info: [{ local: held ? stack.virtualIp.address : "lo" }] }]);
  const stat = `# pxname,svname,status\nweb,web1,UP\nweb,web2,UP\napp,app1,UP\napp,app2,UP\n`;
  const session = (name: string): Session => {
    const host = stack.hosts.find((one) => one.name === name);
    if (host === undefined) throw new Error(name);
    return {
      host,
      run: async (argv) => text(argv[0] === "ip" ? ipJson(holders.has(name)) : stat),
      stream(_, onLine): RemoteStream {
        const timer = setInterval(() => {
          if (on.has(name)) onLine(`${performance.now()} ${holders.has(name) ? 1 : 0}`);
        }, 20);
        const ended = Promise.resolve(text(""));
        return { ended, write: () => {}, stop: async () => clearInterval(timer) };
      },
      close() {},
    };
  };
  const machines: Machines = {
    up: async () => {},
    down: async () => {},
    link: async () => {},
    status: async () =>
      stack.hosts.map(({ name, address }) => ({
        host: name,
        address,
        state: name.startsWith("web") && !on.has(name) ? "stopped" : "running",
      })),
    async powerOff(_, host) {
      calls.push(`off ${host}; armed: ${readdirSync(directory).includes(".drill.json")}`);
      on.delete(host);
      if (!bothHold) holders.delete(host);
      setTimeout(() => holders.add("web2"), takeoverMs);
      await onPowerOff();
    },
    async start(_, host) {
      calls.push(`on ${host}`);
      on.add(host);
    },
  };
  const context: DrillContext = {
    stack,
    hosts: stack.hosts,
    site: { address: stack.virtualIp.address, domain: "shop.example", ca: "", ports: { http: 80, https: 443 } },
    sessions: { to: async (name) => session(name), forget: () => {}, close: () => {} },
    async ask() {
      const holder = [...holders].find((name) => on.has(name));
      if (holder === undefined) throw new Error("no route");
      return { status: 200, location: undefined, servedBy: "web1", balancer: holder };
    },
    flows: async () => [],
    clock: systemClock,
    signal: controller.signal,
    machines,
    command: (verb) => `quintet ${verb} --stack /srv/shop`,
    emit: (event) => events.push(event),
  };
  return { context, calls, events, controller, on, machines };
}

test("a takeover is measured, and the machine is back", { timeout: 20_000 }, async () => {
  const { context, calls, on } = world({ takeoverMs: 300 });
  const report = await balancerPowerLoss.run(context);
  expect(report).toMatchObject({
    id: "balancer-power-loss",
    status: "passed",
    objective: { downtimeMs: 1500, maxHolders: 1 },
    measured: { vipHolders: { min: 0, max: 1 } },
  });
  const { downtimeMs = 0, takeoverMs, failedRequests = 0, requests = 0 } = report.measured ?? {};
  expect(downtimeMs).toBeGreaterThanOrEqual(290);
  expect(takeoverMs).toBeGreaterThanOrEqual(290);
  expect(failedRequests).toBeGreaterThanOrEqual(25);
  expect(requests).toBeGreaterThan(failedRequests + 200);
  expect(calls).toEqual(["off web1; armed: true", "on web1"]);
  expect([...on].sort()).toEqual(["web1", "web2"]);
  expect(readdirSync(directory)).toEqual([]);
});

test("an outage that is too long fails, and says why", { timeout: 20_000 }, async () => {
  const { context, calls } = world({ takeoverMs: 1_700 });
  const report = await balancerPowerLoss.run(context);
  expect(report.status).toBe("failed");
  expect(report.reason).toMatch(/^no answer for 1[789]\d\d ms, 1500 at most$/);
  expect(calls.at(-1)).toBe("on web1");
});

test("an abort heals first", { timeout: 20_000 }, async () => {
  const { context, calls, controller, on } = world();
  const reason = new Error("interrupted");
  const run = balancerPowerLoss.run({
    ...context,
    machines: {
      ...(context.machines as Machines),
      powerOff: async (stack, host) => {
        await context.machines?.powerOff(stack, host);
        controller.abort(reason);
      },
    },
  });
  await expect(run).rejects.toBe(reason);
  expect(calls).toEqual(["off web1; armed: true", "on web1"]);
  expect(on.has("web1")).toBe(true);
  expect(readdirSync(directory)).toEqual([]);
});

test("a switch that breaks half-way heals, too", { timeout: 20_000 }, async () => {
  const { context, calls } = world({ onPowerOff: () => Promise.reject(new Error("the switch is stuck")) });
  expect(await balancerPowerLoss.run(context)).toMatchObject({
    status: "failed",
    reason: "the switch is stuck",
    measured: null,
  });
  expect(calls).toEqual(["off web1; armed: true", "on web1"]);
});

test("a machine that cannot be switched on stays armed, and the next run heals it", { timeout: 20_000 }, async () => {
  const { context, calls, events, machines } = world();
  const broken: Machines = { ...machines, start: () => Promise.reject(new Error("no power")) };
  const report = await balancerPowerLoss.run({ ...context, machines: broken });
  expect(report).toMatchObject({ status: "failed", reason: "no power" });
  expect(events.find((event) => event.type === "warning")).toMatchObject({
    message: "web1 could not be switched on again: no power",
    next: "quintet rehearse up --stack /srv/shop",
  });
  expect(JSON.parse(readFileSync(join(directory, ".drill.json"), "utf8"))).toEqual({
    drill: "balancer-power-loss",
    host: "web1",
  });
  expect(await healLeftover(context.stack, machines)).toBe("web1");
  expect(calls.at(-1)).toBe("on web1");
  expect(await healLeftover(context.stack, machines)).toBeUndefined();
});

test("without a power switch it is skipped, and nothing is broken in a stack that is not healthy", async () => {
  const { context, calls } = world();
  expect(await balancerPowerLoss.run({ ...context, machines: undefined })).toMatchObject({
    status: "skipped",
    reason: "it needs a power switch, which only rehearsal machines have",
    measured: null,
  });
  const twice = { ...context, sessions: { ...context.sessions, to: () => context.sessions.to("web1") } };
  expect(await balancerPowerLoss.run(twice)).toMatchObject({
    status: "failed",
    reason: "the stack was not healthy before it began: the virtual IP is held by web1 and web2",
  });
  expect(calls).toEqual([]);
});
