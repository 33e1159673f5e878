import { spawn } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runCommand } from "../src/command.ts";
import { bridgeName, linkName, machineName } from "../src/machines/names.ts";
import { nspawnMachines } from "../src/machines/nspawn.ts";
import { nspawnWorld } from "../src/machines/world.ts";
import { connect } from "../src/remote/connect.ts";
import type { Session } from "../src/remote/session.ts";
import { PORTS } from "../src/stack/flows.ts";
import { hostsOf, type Stack } from "../src/stack/stack.ts";
import { timersOf } from "../src/stack/timers.ts";
import { systemClock } from "../src/verify/clock.ts";
import { type HolderSample, startSampler } from "../src/verify/holder-samples.ts";
import type { Site } from "../src/verify/site.ts";
import { readRehearsal, writeRehearsal } from "../test/machines/rehearsal.ts";
import { longestGap, startVisitors } from "./visitors.ts";

// `npm run soak`: whether the interval of the adverts is too short. Machines of its own; every core of both balancers
// busy, and jitter on the link between them; nobody may take the virtual IP over. Then the jitter and the work stop, the
// power of the holder is cut a few times, and what that interval brings is measured.
// Exit code 1: there was a false failover. However it is ended, it leaves nothing behind: what makes the cores busy ends
// by itself, the link is put back once this program is gone, and the next run removes machines that were left.

const { stdout, stderr } = process;
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    /** Adverts every so many milliseconds; default: stack.yml's default. */
    advert: { type: "string" },
    jitter: { type: "string", default: "20" },
    cuts: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});
const minutes = bounded("--minutes", values.minutes, 0.5, 60);
const jitterMs = bounded("--jitter", values.jitter, 0, 1_000);
const cuts = bounded("--cuts", values.cuts, 0, 20);

/** What a power cut may cost, and for how long a busy balancer may go without being looked at. */
const MOST_DOWNTIME_MS = 800;
const MOST_PAUSE_MS = 2_000;
/** One request every so often while the machines are busy, and while their power is cut. */
const VISIT_MS = { busy: 100, cut: 10 };
const RELAY = fileURLToPath(new URL("jittery-link.py", import.meta.url));
const quintet = fileURLToPath(new URL("../quintet", import.meta.url));

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopped.abort());
const wait = (ms: number) => sleep(ms, undefined, { signal: stopped.signal });

const directory = await writeRehearsal({ name: "quintet-soak", subnet: "10.77.15" });
const machines = nspawnMachines(await nspawnWorld(runCommand, process.env));
try {
  if (values.advert !== undefined) await setAdvert(bounded("--advert", values.advert, 50, 10_000));
  const stack = await readRehearsal(directory);
  await run("rehearse", "down"); // what a run that was killed has left
  await run("rehearse", "up");
  say("building the stack");
  await run("apply", "--accept-host-keys");
  const site = await siteOf(stack);
  const soaked = await soak(stack, site);
  const downtimes: number[] = [];
  for (let cut = 0; cut < cuts && !stopped.signal.aborted; cut++) downtimes.push(await cutPower(stack, site));
  show(stack, soaked, downtimes);
} catch (error) {
  if (!stopped.signal.aborted) throw error;
  process.exitCode = 130;
} finally {
  await run("rehearse", "down");
  await rm(path.dirname(directory), { recursive: true, force: true });
}

type Soaked = Awaited<ReturnType<typeof soak>>;

/** Both balancers busy and the link between them shaky, for as long as was said. */
async function soak(stack: Stack, site: Site) {
  const sessions = await Promise.all(hostsOf(stack, "loadbalancer").map((host) => connect(stack, host)));
  const [, second] = sessions;
  if (second === undefined) throw new Error("a soak needs two balancers");
  const link = await startJitter(stack, second.host.name);
  try {
    const cores = await Promise.all(sessions.map(keepBusy));
    await wait(3_000);
    const samplers = sessions.map(({ host }) =>
      startSampler(host.name, stack.virtualIp.address, { connect: () => connect(stack, host), clock: systemClock }),
    );
    const since = await Promise.all(sessions.map((session) => root(session, "date +%s.%N")));
    const began = performance.now();
    const visitors = startVisitors(site, stack.checks.dynamic, VISIT_MS.busy);
    say(`every core busy (${cores.join(" and ")}), up to ${jitterMs} ms of jitter, for ${minutes} minutes`);
    while (performance.now() < began + minutes * 60_000) {
      await wait(Math.min(30_000, Math.max(0, began + minutes * 60_000 - performance.now())));
      const failed = visitors.visits.filter(({ error }) => error !== undefined).length;
      const left = minutes - (performance.now() - began) / 60_000;
      say(`${Math.max(0, left).toFixed(1)} minutes left: ${visitors.visits.length} requests, ${failed} failed`);
    }
    const visits = await visitors.stop();
    const samples = (await Promise.all(samplers.map((sampler) => sampler.stop()))).flat();
    const changes = await Promise.all(sessions.map((session, index) => roleChanges(session, since[index] ?? "")));
    const busy = await Promise.all(sessions.map((session) => root(session, "cut -d ' ' -f 1 /proc/loadavg")));
    return { visits, samples, changes: changes.flat(), load: busy, jitter: await link.stop() };
  } finally {
    await link.stop();
    await Promise.allSettled(sessions.map((session) => root(session, "systemctl stop 'soak-busy-*'")));
    for (const session of sessions) session.close();
  }
}

/** One endless loop a core; each ends by itself, whatever becomes of us. How many. */
async function keepBusy(session: Session): Promise<string> {
  const seconds = Math.ceil(minutes * 60) + 120;
  const loop = `systemd-run --quiet --unit=soak-busy-$core --property=RuntimeMaxSec=${seconds} sh -c 'while :; do :; done'`;
  return root(session, `for core in $(seq "$(nproc)"); do ${loop}; done; nproc`);
}

/** What keepalived says that it became. */
async function roleChanges(session: Session, since: string): Promise<string[]> {
  const said = await root(session, `journalctl --quiet --unit=keepalived --since=@${since} --output=cat`);
  return said
    .split("\n")
    .filter((line) => /Entering (MASTER|BACKUP|FAULT) STATE/.test(line))
    .map((line) => `${session.host.name}: ${line}`);
}

/** Jitter on a host's link until it is stopped; also ends when this program does. */
async function startJitter(stack: Stack, host: string) {
  const relay = spawn(
    "python3",
    [RELAY, linkName(machineName(stack.name, host)), bridgeName(stack.name), String(jitterMs)],
    // A group of its own: a Ctrl-C is for us, and it puts the link back when we let go.
    { stdio: ["pipe", "pipe", "inherit"], detached: true },
  );
  const lines = createInterface({ input: relay.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== "ready") throw new Error("the jittery link did not start");
  let said: Promise<Record<string, number>> | undefined;
  return {
    stop() {
      relay.stdin.end();
      said ??= lines.next().then(({ value }) => JSON.parse(value ?? "{}"));
      return said;
    },
  };
}

/** The downtime that a power cut of the holder costs, in milliseconds; the machine is back afterwards. */
async function cutPower(stack: Stack, site: Site): Promise<number> {
  const holder = await holderOf(stack);
  const visitors = startVisitors(site, stack.checks.dynamic, VISIT_MS.cut);
  await wait(2_000);
  const at = performance.now();
  await machines.powerOff(stack, holder);
  await sleep(5_000);
  const downtime = longestGap(await visitors.stop(), at);
  await machines.start(stack, holder);
  await sleep(5_000);
  say(`the power of ${holder} cut: ${downtime} ms without an answer`);
  return downtime;
}

async function holderOf(stack: Stack): Promise<string> {
  for (const host of hostsOf(stack, "loadbalancer")) {
    const session = await connect(stack, host);
    const held = await root(session, `ip -o address show to ${stack.virtualIp.address}`).finally(session.close);
    if (held !== "") return host.name;
  }
  throw new Error("nobody holds the virtual IP");
}

async function root(session: Session, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await session.run(["sh", "-c", script], { sudo: true, timeoutMs: 60_000 });
  if (exitCode !== 0) throw new Error(`${session.host.name}: ${script}: ${stderr}`);
  return stdout.trim();
}

async function run(...words: string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand([quintet, ...words, "--yes", "--json", "--stack", directory]);
  if (exitCode !== 0) throw new Error(`quintet ${words.join(" ")} failed:\n${stderr}`);
}

async function siteOf(stack: Stack): Promise<Site> {
  const ca = await readFile(path.join(stack.directory, "files/ca.pem"), "utf8");
  return { address: stack.virtualIp.address, domain: stack.site.domain, ca, ports: PORTS };
}

async function setAdvert(ms: number): Promise<void> {
  const file = path.join(directory, "stack.yml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/^virtual_ip: \{ (.*) \}/m, `virtual_ip: { $1, advert_ms: ${ms} }`));
}

function show(stack: Stack, { visits, samples, changes, load, jitter }: Soaked, downtimes: readonly number[]): void {
  const { advert, priorities } = timersOf(stack);
  const failed = visits.filter(({ error }) => error !== undefined);
  const held = (host: string, holds: boolean) =>
    samples.filter((one) => one.host === host && one.holds === holds).length;
  const moved = hostsOf(stack, "loadbalancer").filter(({ name }) => held(name, true) > 0 && held(name, false) > 0);
  const pause = longestPause(samples);
  const slow = downtimes.filter((ms) => ms > MOST_DOWNTIME_MS);
  // What nobody looked at did not pass.
  const seen = samples.length > 0 && pause <= MOST_PAUSE_MS;
  const passed = changes.length === 0 && moved.length === 0 && slow.length === 0 && seen;
  const predicted = Math.round(3 * advert + (1 - Math.min(...priorities) / 256) * advert);
  if (!passed) process.exitCode = 1;
  if (values.json) {
    const result = {
      advert,
      minutes,
      passed,
      changes,
      jitter,
      requests: visits.length,
      failed: failed.length,
      downtimes,
    };
    stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const rows = [
    ["adverts every", `${advert} ms`],
    ["length", `${minutes} minutes`],
    ["load average of the balancers", load.join(" and ")],
    [
      "jitter that the adverts had",
      `${jitter["p50"]} ms median, ${jitter["p99"]} ms p99, ${jitter["max"]} ms at most, of ${jitter["adverts"]}`,
    ],
    ["holders sampled", `${samples.length} times, longest pause ${pause} ms`],
    ["changes of the holder", changes.length === 0 ? "none" : changes.join("; ")],
    ["longest time without an answer", `${longestGap(visits, 0)} ms`],
    ["requests", `${visits.length}, ${failed.length} failed${failed[0] === undefined ? "" : ` (${failed[0].error})`}`],
    [
      "power cuts",
      `${downtimes.join(", ")} ms without an answer; predicted: ${predicted} ms at most until the other one takes over`,
    ],
    ["verdict", passed ? "no false failover" : verdict(seen, changes.length + moved.length > 0)],
  ];
  for (const [what = "", value = ""] of rows) stdout.write(`${what.padEnd(34)}${value}\n`);
}

function verdict(seen: boolean, moved: boolean): string {
  if (moved) return "FALSE FAILOVER: the interval is too short here";
  return seen ? "a power cut cost more than it may" : "nobody looked at a balancer for too long: nothing is proven";
}

/** For how long nobody looked at a balancer, at worst. */
function longestPause(samples: readonly HolderSample[]): number {
  const hosts = new Set(samples.map(({ host }) => host));
  const pauses = [...hosts].flatMap((host) => {
    const times = samples.filter((sample) => sample.host === host).map(({ at }) => at);
    return times.map((at, index) => at - (times[index - 1] ?? at));
  });
  return Math.round(pauses.reduce((longest, pause) => Math.max(longest, pause), 0));
}

function bounded(flag: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= least && number <= most) return number;
  throw new RangeError(`${flag} takes a number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}

function say(text: string): void {
  stderr.write(`${text}\n`);
}
