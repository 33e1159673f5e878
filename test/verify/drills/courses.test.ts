import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Session } from "../../../src/remote/session.ts";
import type { RequestKind } from "../../../src/report/schema.ts";
import type { CourseWorld } from "../../../src/verify/drills/course.ts";
import { drillsNamed } from "../../../src/verify/drills/drills.ts";
import { runDrill } from "../../../src/verify/drills/run-drill.ts";
import { fiveHosts } from "../stack.ts";
import { drillOf, makeClock, makeWorld } from "./world.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-drill-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Hosts that reboot as they are told to, and are away for a while. */
function hostsThatReboot({ heed = true } = {}) {
  const stack = fiveHosts(directory);
  const clock = makeClock(() => {});
  const calls: string[] = [];
  const boots = new Map<string, { count: number; awayUntil: number }>();
  const bootOf = (name: string) => boots.get(name) ?? { count: 1, awayUntil: 0 };
  const session = (name: string): Session => ({
    host: stack.hosts.find((host) => host.name === name) ?? expect.fail(name),
    async run(argv, { input = "" } = {}) {
      if (argv[0] === "cat") return { exitCode: 0, stdout: `${name} ${bootOf(name).count}\n`, stderr: "" };
      calls.push(`${name}: ${argv[0] === "sh" ? input.trim().replaceAll("\n", "; ") : argv.join(" ")}`);
      if (argv[1] !== "reboot") return { exitCode: 0, stdout: "", stderr: "" };
      if (heed) boots.set(name, { count: bootOf(name).count + 1, awayUntil: clock.monotonic() + 3_000 });
      throw new Error("the connection was lost");
    },
    stream: () => expect.fail("no stream is wanted"),
    attach: async () => undefined,
    close() {},
  });
  const world: CourseWorld = {
    stack,
    machines: undefined,
    hosts: stack.hosts.map(({ name }) => name),
    signal: new AbortController().signal,
    clock,
    sessions: {
      async to(name) {
        if (bootOf(name).awayUntil > clock.monotonic()) throw new Error("no route");
        return session(name);
      },
      forget() {},
      close() {},
    },
    tell: () => {},
    untilRedundant: async (host) => void calls.push(`${host}: whole again`),
    async away(name, work) {
      calls.push(`${name}: away`);
      return work();
    },
    async without(kinds, work) {
      calls.push(`without ${kinds.join(" and ")}:`);
      return work();
    },
  };
  return { world, calls };
}

function courseOf(id: string) {
  const [drill] = drillsNamed([id]);
  return drill !== undefined && "course" in drill ? drill.course : expect.fail(id);
}

test("hosts reboot one after the other; nobody is left to answer while the only database does", async () => {
  const { world, calls } = hostsThatReboot();
  await courseOf("rolling-reboot")(world);
  expect(calls).toEqual([
    ...["web1", "web2", "app1", "app2"].flatMap((name) => [
      `${name}: away`,
      `${name}: systemctl reboot`,
      `${name}: whole again`,
    ]),
    "without read and write:",
    "db1: away",
    "db1: systemctl reboot",
    "db1: whole again",
  ]);
});

test("a host that answers as the same boot has not been rebooted", async () => {
  const { world } = hostsThatReboot({ heed: false });
  await expect(courseOf("rolling-reboot")(world)).rejects.toThrow("web1 did not come back within 300 s");
});

test("every service that can reload does, and the packet filter's way back is called off", async () => {
  const { world, calls } = hostsThatReboot();
  await courseOf("reload")(world);
  // Never rules that nobody has confirmed: they may keep everybody out.
  const confirmed = `if ! cmp -s /etc/quintet-firewall.nft /etc/quintet-firewall.confirmed.nft; then;   echo "the packet filter's rules are not confirmed: run apply first" >&2;   exit 1; fi`;
  const firewall = (name: string) =>
    `${name}: set -e; ${confirmed}; systemctl reload quintet-firewall.service; systemctl stop quintet-firewall-revert.timer 2>/dev/null || :`;
  const reload = (name: string, unit: string) => `${name}: set -e; systemctl reload ${unit}.service`;
  expect(calls).toEqual([
    ...["web1", "web2"].flatMap((name) => [
      firewall(name),
      ...["haproxy", "keepalived", "nginx"].map((unit) => reload(name, unit)),
    ]),
    firewall("app1"),
    firewall("app2"),
    firewall("db1"),
    reload("db1", "mysql"),
  ]);
});

test("what fails while nobody is left to answer does not count; before and after it does", async () => {
  const run = async (failing: RequestKind) => {
    const { context, state, after } = makeWorld(directory);
    const course = (world: CourseWorld) =>
      world.without(["read", "write"], async () => {
        state.failing.set(failing, 503);
        after(1_000, () => state.failing.clear());
        await world.clock.sleep(1_500);
      });
    return runDrill(drillOf({ course }, { objective: { downtimeMs: 500, failedSafe: 0, maxHolders: 1 } }), context);
  };
  const reads = await run("read");
  expect(reads).toMatchObject({ status: "passed", measured: { failedSafe: 33 } });
  expect(await run("static")).toMatchObject({ status: "failed" });
});

test("a course that breaks off says why", async () => {
  const { context } = makeWorld(directory);
  const course = () => Promise.reject(new Error("web1 did not come back within 120 s"));
  expect(await runDrill(drillOf({ course }), context)).toMatchObject({
    status: "failed",
    reason: "web1 did not come back within 120 s",
  });
});
