import type { Answer, Holder } from "../../src/lock/claim.ts";
import type { LockSession } from "../../src/lock/lock-session.ts";
import type { LockWorld } from "../../src/lock/world.ts";

export const HOLDER: Holder = {
  claim: { run: "theirs", user: "eve", computer: "desk", command: "quintet apply" },
  heldMs: 1000,
  silentMs: 0,
};

export interface FakeHost {
  /** Default: taken. */
  answer?: Answer | "never";
  unreachable?: string;
}

export interface FakeHosts extends LockWorld {
  /** What was done, in order; heartbeats are counted apart. */
  readonly calls: string[];
  readonly beats: Map<string, number>;
  /** How a host behaves from now on. */
  readonly behaviour: Record<string, FakeHost>;
  /** The lock of this host goes, as when its connection breaks. */
  lose(host: string): void;
  /** Time that the code believes to have passed. */
  elapsed: number;
}

/** Hosts whose locks are what the test says; sleeping takes no time but moves the clock. */
export function fakeHosts(behaviour: Record<string, FakeHost> = {}): FakeHosts {
  const ends = new Map<string, () => void>();
  const open = async (host: string, word: string): Promise<LockSession> => {
    world.calls.push(`${word} ${host}`);
    const { unreachable } = world.behaviour[host] ?? {};
    if (unreachable !== undefined) throw new Error(unreachable);
    const ended = Promise.withResolvers<void>();
    ends.set(host, ended.resolve);
    return {
      async take(line) {
        world.calls.push(`${host} takes ${line}`);
        const { answer = { kind: "taken", afterAnother: false } } = world.behaviour[host] ?? {};
        return answer === "never" ? new Promise(() => {}) : answer;
      },
      beat: () => void world.beats.set(host, (world.beats.get(host) ?? 0) + 1),
      async release() {
        world.calls.push(`release ${host}`);
        ended.resolve();
      },
      ended: ended.promise,
    };
  };
  const world: FakeHosts = {
    calls: [],
    beats: new Map(),
    behaviour,
    elapsed: 0,
    lose: (host) => ends.get(host)?.(),
    open: (host) => open(host, "open"),
    reopen: (host) => open(host, "reopen"),
    monotonic: () => world.elapsed,
    async sleep(ms, signal) {
      // What else is ready goes first, as it would while time passes.
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      world.elapsed += ms;
    },
  };
  return world;
}
