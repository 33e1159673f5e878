import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { archiveOf, packArtifact } from "../src/artifact/artifact.ts";
import { runCommand } from "../src/command.ts";
import type { Event } from "../src/events.ts";
import { hostLocals } from "../src/generate/locals.ts";
import { connect } from "../src/remote/connect.ts";
import { type Host, hostsOf, type Stack } from "../src/stack/stack.ts";
import { readRehearsal, writeRehearsal } from "../test/machines/rehearsal.ts";
import { editStack } from "../test/machines/stack-file.ts";

/** What `npm run bench -- --json` prints. */
interface Timings {
  /** Package index and packages of every tier, over ssh, all hosts in parallel, and nothing else. */
  floorSeconds: number;
  firstApplySeconds: number;
  secondApplySeconds: number;
  /** Tasks that changed something in the second apply. */
  secondApplyChanged: number;
  /** Host -> tasks that ran there in the second apply. */
  tasksPerHost: Record<string, number>;
  /** A 20 MB artifact to two web and two app hosts: parallel upload, unpacking, restart or reload, and nothing else. */
  releaseFloorSeconds: number;
  releaseSeconds: number;
  /** A release with nothing changed. */
  sameReleaseSeconds: number;
}

const quintet = fileURLToPath(new URL("../quintet", import.meta.url));
const { stdout, stderr } = process;

const directory = await writeRehearsal({ name: "quintet-bench", subnet: "10.77.8" });
try {
  const stack = await readRehearsal(directory);
  await run("rehearse", "up");
  const floorSeconds = await timed(() => Promise.all(stack.hosts.map((host) => installPackages(stack, host))));
  say(`floor: ${floorSeconds.toFixed(1)} s`);
  await run("rehearse", "down");
  await run("rehearse", "up");
  const first = await apply();
  say(`first apply: ${first.seconds.toFixed(1)} s`);
  const second = await apply();
  say(`second apply: ${second.seconds.toFixed(1)} s`);
  const source = join(directory, "application");
  await cp(stack.app.source, source, { recursive: true });
  await writeFile(join(source, "public/large"), randomBytes(20_000_000));
  await editStack(directory, (document) => document.setIn(["app", "source"], source));
  // Built beforehand: the floor builds nothing either.
  const { id } = await packArtifact(await readRehearsal(directory), {
    run: runCommand,
    signal: AbortSignal.timeout(600_000),
  });
  const releaseFloorSeconds = await timed(() => releaseBarely(stack, id));
  say(`release, floor: ${releaseFloorSeconds.toFixed(1)} s`);
  const releaseSeconds = await timed(() => run("release"));
  say(`release: ${releaseSeconds.toFixed(1)} s`);
  const sameReleaseSeconds = await timed(() => run("release"));
  say(`nothing changed: ${sameReleaseSeconds.toFixed(1)} s`);
  show({
    releaseFloorSeconds: round(releaseFloorSeconds),
    releaseSeconds: round(releaseSeconds),
    sameReleaseSeconds: round(sameReleaseSeconds),
    floorSeconds: round(floorSeconds),
    firstApplySeconds: round(first.seconds),
    secondApplySeconds: round(second.seconds),
    secondApplyChanged: second.changed,
    tasksPerHost: second.tasks,
  });
} finally {
  await run("rehearse", "down");
  await rm(directory, { recursive: true, force: true });
}

/** Runs the program, and returns its events. A failure ends the benchmark. */
async function run(...words: string[]): Promise<Event[]> {
  const result = await runCommand([quintet, ...words, "--json", "--stack", directory]);
  if (result.exitCode !== 0) throw new Error(`quintet ${words.join(" ")} failed:\n${result.stderr}`);
  return result.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

async function apply(): Promise<{ seconds: number; changed: number; tasks: Record<string, number> }> {
  let events: Event[] = [];
  const seconds = await timed(async () => {
    events = await run("apply");
  });
  const result = events.find((event) => event.type === "result");
  if (result === undefined) throw new Error("apply gave no result");
  const { hosts } = result.data as { hosts: Record<string, { changed: number; tasks: number }> };
  return {
    seconds,
    changed: Object.values(hosts).reduce((sum, host) => sum + host.changed, 0),
    tasks: Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, host.tasks])),
  };
}

async function installPackages(stack: Stack, host: Host): Promise<void> {
  const session = await connect(stack, host);
  try {
    const install =
      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"';
    const argv = ["sh", "-c", install, "sh", ...hostLocals(stack, host).packages];
    const result = await session.run(argv, { sudo: true });
    if (result.exitCode !== 0) throw new Error(`${host.name}: ${result.stderr}`);
  } finally {
    session.close();
  }
}

/** What anybody would do who does not mind that the site is gone meanwhile. */
async function releaseBarely(stack: Stack, artifact: string): Promise<void> {
  const put = async (host: Host, tier: "app" | "web") => {
    const session = await connect(stack, host);
    try {
      const unit = tier === "app" ? "restart app" : "reload nginx";
      const script = `mkdir -p /srv/floor && tar -xz -C /srv/floor && systemctl ${unit}`;
      const source = createReadStream(archiveOf(stack, tier, artifact));
      const result = await session.run(["sh", "-c", script], { sudo: true, source });
      if (result.exitCode !== 0) throw new Error(`${host.name}: ${result.stderr}`);
    } finally {
      session.close();
    }
  };
  const tiers = ["app", "web"] as const;
  await Promise.all(tiers.flatMap((tier) => hostsOf(stack, tier).map((host) => put(host, tier))));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

function show(timings: Timings): void {
  if (process.argv.includes("--json")) {
    stdout.write(`${JSON.stringify(timings)}\n`);
    return;
  }
  const { floorSeconds, firstApplySeconds, secondApplySeconds, secondApplyChanged, tasksPerHost } = timings;
  const { releaseFloorSeconds, releaseSeconds, sameReleaseSeconds } = timings;
  const ratio = (seconds: number, floor = floorSeconds) => `${(seconds / floor).toFixed(2)} x floor`;
  const rows = [
    ["floor: packages over ssh", `${floorSeconds} s`, ""],
    ["first apply", `${firstApplySeconds} s`, ratio(firstApplySeconds)],
    ["second apply", `${secondApplySeconds} s`, `${ratio(secondApplySeconds)}, ${secondApplyChanged} changed`],
    ["floor of a release", `${releaseFloorSeconds} s`, ""],
    ["release of 20 MB", `${releaseSeconds} s`, ratio(releaseSeconds, releaseFloorSeconds)],
    ["release, nothing changed", `${sameReleaseSeconds} s`, ratio(sameReleaseSeconds, releaseFloorSeconds)],
    ...Object.entries(tasksPerHost).map(([host, tasks]) => [`tasks on ${host}`, String(tasks), ""]),
  ];
  for (const [what = "", value = "", note = ""] of rows) {
    stdout.write(`${what.padEnd(26)}${value.padStart(9)}  ${note}\n`.trimEnd().concat("\n"));
  }
}

function say(text: string): void {
  stderr.write(`${text}\n`);
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
