import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../../src/events.ts";
import type { Machines } from "../../../src/machines/machines.ts";
import type { RemoteStream, Session } from "../../../src/remote/session.ts";
import type { RequestKind } from "../../../src/report/schema.ts";
import type { Clock } from "../../../src/verify/clock.ts";
import type { Course } from "../../../src/verify/drills/course.ts";
import type { Drill, DrillContext } from "../../../src/verify/drills/drill.ts";
import { theHolder } from "../../../src/verify/drills/targets.ts";
import type { Fault } from "../../../src/verify/faults/fault.ts";
import type { Load, LoadRecord } from "../../../src/verify/load/load.ts";
import { fiveHosts } from "../stack.ts";

/** Time that passes only while somebody sleeps: a drill of half a minute takes milliseconds, and always the same. */
export function makeClock(passes: (now: number) => void): Clock {
  let time = 1_000;
  const sleepers: { at: number; wake: () => void }[] = [];
  const wakeNext = () => {
    sleepers.sort((a, b) => a.at - b.at);
    const next = sleepers.shift();
    if (next === undefined) return;
    while (time < next.at) {
      time = Math.min(next.at, Math.floor(time / 10) * 10 + 10);
      passes(time);
    }
    next.wake();
    if (sleepers.length > 0) setImmediate(wakeNext);
  };
  return {
    now: () => new Date(Date.UTC(2026, 0, 1) + time),
    monotonic: () => time,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
        sleepers.push({ at: time + ms, wake: resolve });
        if (sleepers.length === 1) setImmediate(wakeNext);
      });
    },
  };
}

/** How the site of a world is at the moment. */
interface State {
  readonly holders: Set<string>;
  /** "tier/server" of those that HAProxy sees down. */
  readonly down: Set<string>;
  /** Kinds of requests that fail. */
  readonly failing: Map<RequestKind, number | undefined>;
  /** What a host says is left over. */
  readonly leftover: Map<string, string>;
}

/** Two balancers and their servers, without any machine. web1 holds the virtual IP first. */
export function makeWorld(directory: string) {
  const stack = fiveHosts(directory);
  const state: State = {
    holders: new Set(["web1"]),
    down: new Set(),
    failing: new Map(),
    leftover: new Map(),
  };
  const calls: string[] = [];
  const events: Event[] = [];
  const controller = new AbortController();
  const records: LoadRecord[] = [];
  const plans: { at: number; act: () => void }[] = [];
  const listeners = new Map<string, (now: number) => void>();
  let loading = false;

  const clock = makeClock((now) => {
    for (const plan of plans.filter(({ at }) => at <= now)) {
      plans.splice(plans.indexOf(plan), 1);
      plan.act();
    }
    for (const listener of listeners.values()) listener(now);
    if (loading && now % 10 === 0) records.push(request(now));
  });
  const request = (now: number): LoadRecord => {
    const kind = (["static", "read", "write"] as const)[(now / 10) % 3] ?? "static";
    const isFailing = state.failing.has(kind) || state.holders.size === 0;
    const status = isFailing ? state.failing.get(kind) : 200;
    const id = kind === "write" ? { id: `write-${now}` } : {};
    return {
      ...{ kind, kept: false, dueAt: now, sentAt: now, endedAt: now + 5, ...id },
      ...{ status, ok: !isFailing },
      ...{ servedBy: "web1", balancer: "web1", retries: 0, resent: false },
      error: status === undefined ? "connection refused" : undefined,
    };
  };
  const servers = ["web/web1", "web/web2", "app/app1", "app/app2"];
  const statusOf = (server: string) => (state.down.has(server) ? "DOWN" : "UP");
  const answer = (stdout: string) => ({ exitCode: 0, stdout, stderr: "" });

  const session = (name: string): Session => {
    const host = stack.hosts.find((one) => one.name === name) ?? stack.hosts[0];
    if (host === undefined) throw new Error(name);
    return {
      host,
      async run(argv, { input = "" } = {}) {
        if (argv[0] === "ip") {
          const local = state.holders.has(name) ? stack.virtualIp.address : "lo";
          return answer(JSON.stringify([{ addr_info: [{ local }] }]));
        }
        if (input === "show stat\n") {
          const rows = servers.map((server) => `${server.replace("/", ",")},${statusOf(server)}\n`);
          return answer(`# pxname,svname,status\n${rows.join("")}`);
        }
        if (input.includes("systemctl is-active")) return answer(state.leftover.get(name) ?? "");
        calls.push(`on ${name}: ${input.trim().split("\n")[0]}`);
        return answer("");
      },
      stream(argv, onLine): RemoteStream {
        const isSampler = argv.length > 4;
        const key = `${name} ${isSampler ? "sampler" : "pools"}`;
        let end = () => {};
        const ended = new Promise<ReturnType<typeof answer>>((resolve) => {
          end = () => resolve(answer(""));
        });
        if (isSampler) onLine("boot one");
        const tell = (now: number) => {
          if (isSampler && now % 50 === 0) onLine(`now ${now} ${state.holders.has(name) ? 1 : 0}`);
          if (!isSampler && now % 150 === 0) onLine(servers.map((server) => `${server}=${statusOf(server)}`).join(","));
        };
        listeners.set(key, tell);
        const stop = async () => {
          listeners.delete(key);
          end();
        };
        return { ended, write: () => {}, stop };
      },
      attach: async () => undefined,
      close() {},
    };
  };

  const load: Load = {
    records,
    startedAt: 0,
    async stop() {
      loading = false;
      return { records, startedAt: load.startedAt, finishedAt: records.at(-1)?.dueAt ?? 0 };
    },
    async abandon() {
      loading = false;
    },
  };
  const context: DrillContext = {
    stack,
    hosts: stack.hosts,
    site: { address: stack.virtualIp.address, domain: "shop.example", ca: "", ports: { http: 80, https: 443 } },
    sessions: { to: async (name) => session(name), forget: () => {}, close: () => {} },
    connect: async (name) => session(name),
    ask: () => Promise.reject(new Error("nobody asks")),
    flows: async () => [],
    look: () => Promise.reject(new Error("nobody looks")),
    trails: async () => [],
    warn: () => {},
    clock,
    signal: controller.signal,
    machines: undefined,
    command: (verb) => `quintet ${verb} --stack /srv/shop`,
    emit: (event) => events.push(event),
    rate: 100,
    watchMs: 4_000,
    async startLoad() {
      loading = true;
      return Object.assign(load, { startedAt: clock.monotonic() });
    },
    page: () => Promise.reject(new Error("nobody reads")),
    readBack: async (ids) => ({ acknowledged: ids.length, missing: [], doubled: [], unread: [] }),
  };

  /** Something happens after this long. */
  const after = (ms: number, act: () => void) => void plans.push({ at: clock.monotonic() + ms, act });

  /** The holder is gone, and the other balancer takes over after a while. */
  const failover = (takeoverMs = 300): Fault => ({
    async arm(_, host, afterMs) {
      calls.push(`arm ${host} ${afterMs}; noted: ${existsSync(join(directory, ".quintet", "drill.json"))}`);
    },
    async inject(_, host) {
      calls.push(`inject ${host}`);
      state.holders.delete(host);
      after(takeoverMs, () => state.holders.add("web2"));
    },
    async repair(_, host) {
      calls.push(`repair ${host}`);
    },
  });

  return { context, state, calls, events, controller, after, failover };
}

/** A drill of one fault at the holder of the virtual IP, or of a course. */
export function drillOf(breakage: Fault | { readonly course: Course }, change: Partial<Drill> = {}): Drill {
  return {
    id: "balancer-power-loss",
    title: "The balancer goes",
    does: "breaks …",
    target: theHolder,
    applies: () => undefined,
    objective: { downtimeMs: 800, failedSafe: null, maxHolders: 1 },
    predict: () => ({ downtimeMs: 700, formula: "3 x 200 + 100 = 700 ms" }),
    ...("course" in breakage ? breakage : { fault: breakage, ends: "when mended" }),
    ...change,
  } as Drill;
}

export const noMachines: Pick<Machines, "provider" | "up" | "down" | "reset" | "status" | "link" | "startLater"> = {
  provider: "systemd-nspawn",
  reset: async () => {},
  status: async () => [],
  up: async () => {},
  down: async () => {},
  link: async () => {},
  startLater: async () => {},
};
