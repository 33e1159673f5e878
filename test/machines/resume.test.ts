import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Event } from "../../src/events.ts";
import { eventsOf, hostsOf, program, quintet } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { directory, inside, sharedStack } from "./shared.ts";
import { editStack } from "./stack-file.ts";
import { stateOf } from "./state.ts";

const reason = await whyNoMachines();
/** QUINTET_SEED=… draws the same moments again. */
const seed = Number(process.env["QUINTET_SEED"] ?? Date.now() % 1_000_000);
/** Each way from one state to the other is killed so often before it is let through. */
const KILLS = 2;
const WAYS = 5;

/** The five machines go to and fro between two stacks that differ in something of every role. */
interface State {
  readonly stack: string;
  /** What an undisturbed run leaves on each host. */
  hosts: Record<string, string>;
}

describe.skipIf(reason !== undefined)(`resume${reason === undefined ? "" : `: ${reason}`}`, () => {
  let above: string;
  let a: State;
  let b: State;
  beforeAll(async () => {
    above = await mkdtemp(join(tmpdir(), "quintet-resume-"));
    a = { stack: directory, hosts: {} };
    b = { stack: await otherStack(above), hosts: {} };
  });
  afterAll(async () => {
    await rm(above, { recursive: true, force: true });
  });

  test(`killed at ${KILLS * WAYS} moments (seed ${seed}), the next run ends as an undisturbed one`, async () => {
    const random = generator(seed);
    const lengths: number[] = [];
    const changes: number[] = [];
    for (const state of [b, a]) {
      const started = performance.now();
      const run = await applied(state.stack);
      lengths.push(performance.now() - started);
      changes.push(eventsOf(run, "task").filter(({ status }) => status === "changed").length);
      state.hosts = await statesOfHosts();
    }
    for (const host of Object.keys(a.hosts))
      expect(a.hosts[host], `${host} differs in the two`).not.toBe(b.hosts[host]);
    const length = Math.max(...lengths);

    const moments: string[] = [];
    for (let way = 0; way < WAYS; way += 1) {
      const target = way % 2 === 0 ? b : a;
      for (let kill = 0; kill < KILLS; kill += 1) {
        // Any moment, or just after something was changed, when what it calls for is still to be done.
        const after = {
          ms: Math.round(random() * length),
          change: 1 + Math.floor((random() * Math.max(...changes)) / 2),
        };
        const [moment, hostsToo] = [kill % 2 === 0 ? { change: after.change } : { ms: after.ms }, random() < 0.4];
        moments.push(`${JSON.stringify(moment)}${hostsToo ? ", hosts too" : ""}`);
        await killedAfter(target.stack, moment, hostsToo);
      }
      await applied(target.stack);
      expect(await statesOfHosts(), `seed ${seed}, killed after ${moments.slice(-KILLS).join(" and after ")}`).toEqual(
        target.hosts,
      );
    }

    await applied(a.stack);
    const again = await applied(a.stack);
    expect(Object.values(hostsOf(again)).map(({ changed }) => changed)).toEqual([0, 0, 0, 0, 0]);
    expect(await statesOfHosts()).toEqual(a.hosts);
  }, 1_800_000);
});

/** Other settings for every daemon, other certificates from the same authority. */
async function otherStack(above: string): Promise<string> {
  const stack = join(above, "quintet-test");
  await cp(directory, stack, { recursive: true, verbatimSymlinks: true });
  const { address } = (await sharedStack()).virtualIp;
  await editStack(stack, (document) => {
    document.setIn(["virtual_ip", "advert_ms"], 300);
    document.addIn(["routes", "static"], "/humans.txt");
    document.setIn(["app", "drain_timeout_s"], 20);
    document.setIn(["database", "buffer_pool_mb"], 384);
    document.setIn(["firewall", "ssh_from"], [address.replace(/\d+$/, "0/24")]);
  });
  for (const name of ["site", "database"]) await rm(join(stack, `files/${name}.crt`));
  return stack;
}

async function applied(stack: string) {
  // A run that was killed may leave its lock behind for a while.
  const apply = () => quintet(["apply", "--lock-wait", "60", "--stack", stack]);
  let run = await apply();
  // The look at the hosts, before anything is changed, is not what is tested: it asks for answers in time.
  if (run.exitCode === 3) run = await apply();
  expect({ exitCode: run.exitCode, errors: eventsOf(run, "error") }).toEqual({ exitCode: 0, errors: [] });
  return run;
}

/** Starts an apply, and ends it and all that it started in an instant; nobody can put anything in order. */
async function killedAfter(stack: string, moment: { ms?: number; change?: number }, hostsToo: boolean): Promise<void> {
  const child = spawn(program, ["apply", "--json", "--lock-wait", "60", "--stack", stack], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "close");
  await Promise.race([moment.ms === undefined ? changed(child.stdout, moment.change ?? 1) : sleep(moment.ms), ended]);
  child.stdout.resume();
  if (hostsToo) await Promise.all([endGroup(child), ...(await hostNames()).map(endSessions)]);
  else await endGroup(child);
  await ended;
}

/** Returns once so many tasks have changed something; never, where fewer do. */
function changed(stdout: Readable, count: number): Promise<void> {
  let seen = 0;
  return new Promise((resolve) => {
    createInterface(stdout).on("line", (line) => {
      const event = JSON.parse(line) as Event;
      if (event.type === "task" && event.status === "changed") seen += 1;
      if (seen === count) resolve();
    });
  });
}

async function endGroup({ pid }: ChildProcess): Promise<void> {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it had ended already
  }
}

/** What runs on a host for somebody who is logged in: Ansible's modules among it, in the middle of what they do. */
async function endSessions(host: string): Promise<void> {
  await inside(
    host,
    "for list in $(find /sys/fs/cgroup/user.slice -path '*/session-*.scope/cgroup.procs'); do for pid in $(cat $list); do kill -KILL $pid 2>/dev/null || :; done; done",
  );
}

async function hostNames(): Promise<string[]> {
  return (await sharedStack()).hosts.map(({ name }) => name);
}

async function statesOfHosts(): Promise<Record<string, string>> {
  const names = await hostNames();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await stateOf(name)] as const)));
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
