import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Event } from "../../src/events.ts";
import { failing } from "./failing.ts";
import { eventsOf, hostsOf, program, quintet } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { copyOfStack, directory, inside } from "./shared.ts";
import { type Started, start } from "./started.ts";

const reason = await whyNoMachines();
const apply = ["apply", "--stack", directory];
const me = `${userInfo().username}@${hostname()}`;

const locked = (event: Event) => event.type === "step-finished" && event.step === "lock" && event.status === "done";
const isFree = (host: string) => inside(host, "flock --nonblock /run/quintet/lock true && echo free || echo held");

/** Has Ansible's modules wait on web2 until `go` is called. What is started with arguments (checks) does not wait. */
async function holdUp(): Promise<{ go(): Promise<unknown> }> {
  const go = () => inside("web2", "rm -f /run/hold");
  onTestFinished(async () => {
    await inside("web2", "rm -f /run/hold; [ ! -L /run/python3 ] || mv /run/python3 /usr/bin/python3");
  });
  await inside(
    "web2",
    `touch /run/hold; python=$(readlink -f /usr/bin/python3); cp -P /usr/bin/python3 /run/python3
    printf '#!/bin/sh\\n[ $# -gt 0 ] || while [ -e /run/hold ]; do sleep 0.1; done\\nexec %s "$@"\\n' "$python" >/run/wrapper
    chmod 755 /run/wrapper; rm /usr/bin/python3; cp /run/wrapper /usr/bin/python3`,
  );
  return { go };
}

/** An apply of web2 that has its lock and waits. */
async function holder(): Promise<{ first: Started; go(): Promise<unknown> }> {
  const { go } = await holdUp();
  const first = start([...apply, "--limit", "web2"]);
  await first.until(locked);
  return { first, go };
}

describe.skipIf(reason !== undefined)(`the lock on the hosts${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("a second apply says who has it, and gives back what it had; --lock-wait goes on when the first ends", async () => {
    const { first, go } = await holder();
    // From a directory of its own, as on another computer.
    const copy = await copyOfStack();
    const elsewhere = ["apply", "--stack", copy];
    const { errors } = await failing(6, [...elsewhere, "--limit", "web"]);
    expect(errors).toEqual([
      {
        message: expect.stringMatching(
          /^Another run holds the lock on web2: .* has it since \d\d:\d\d:\d\d UTC \(\d+ s\) for quintet apply --limit web2, last sign of life \d+ s ago\.$/,
        ),
        host: "web2",
        step: "Take the lock",
        exitCode: 6,
        next: `If that run is dead, its lock is free 30 s after its last sign of life. Wait for its end: ${program} apply --stack ${copy} --limit web --lock-wait 10m`,
      },
    ]);
    expect(errors[0]?.message).toContain(`on web2: ${me} has it`);
    expect([await isFree("web1"), await isFree("web2")]).toEqual(["free", "held"]);

    // Whoever is about other hosts is not in the way, and touches no others.
    const other = await quintet([...elsewhere, "--limit", "web1"]);
    expect([other.exitCode, Object.keys(hostsOf(other))]).toEqual([0, ["web1"]]);

    const waiting = start([...elsewhere, "--limit", "web", "--lock-wait", "2m"]);
    const told = await waiting.until(
      (event) => event.type === "row" && event.step === "lock" && event.text.includes("has it since"),
    );
    expect(told).toMatchObject({ row: "web2", status: "running", text: expect.stringContaining(me) });
    await waiting.until((event) => event.type === "info" && event.message.startsWith("Waiting up to "));
    expect(await isFree("web1")).toBe("free");
    await go();
    expect((await first.ended).exitCode).toBe(0);
    expect((await waiting.ended).exitCode).toBe(0);
    expect(await isFree("web2")).toBe("free");
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "Ctrl-Z does not suspend a run that has it; %s lets it go",
    async (signal) => {
      const { first } = await holder();
      first.signal("SIGTSTP");
      await first.until((event) => event.type === "info" && event.message.startsWith("Not suspended"));
      first.signal(signal);
      expect((await first.ended).exitCode).toBe(130);
      expect(await isFree("web2")).toBe("free");
    },
  );

  test("SIGKILL frees it", async () => {
    const { first, go } = await holder();
    first.signal("SIGKILL");
    await first.ended;
    await expect.poll(() => isFree("web2"), { timeout: 3_000 }).toBe("free");
    await go();
    expect((await quintet([...apply, "--limit", "web2"])).exitCode).toBe(0);
  });

  test("a run that gives no sign of life loses it, and is stopped if it wakes up after another had it", async () => {
    const { first, go } = await holder();
    first.signal("SIGSTOP");
    const second = start(["apply", "--stack", await copyOfStack(), "--limit", "web2", "--lock-wait", "2m"]);
    await second.until((event) => event.type === "row" && event.step === "lock" && event.text.includes("has it since"));
    await second.until(locked);
    expect(await isFree("web2")).toBe("held");
    second.signal("SIGINT");
    expect((await second.ended).exitCode).toBe(130);
    first.signal("SIGCONT");
    const run = await first.ended;
    await go();
    expect(run.exitCode).toBe(6);
    expect(eventsOf(run, "error").map(({ error }) => error)).toEqual([
      {
        message: "The lock on web2 was lost, so this run was stopped: another run has had it since.",
        host: "web2",
        step: "Keep the lock",
        exitCode: 6,
        next: `See that no other run is at work and that web2 can be reached. It goes on where this run ended: ${program} apply --stack ${directory} --limit web2`,
      },
    ]);
    expect(await isFree("web2")).toBe("free");
  });

  test("a lock that is lost is taken again; when somebody else was faster, the run is stopped", async () => {
    const { first, go } = await holder();
    const kill = "kill -KILL $(head -n 1 /run/quintet/holder)";
    await inside("web2", kill);
    await first.until((event) => event.type === "info" && event.message === "The lock on web2 is ours again.");
    expect(await isFree("web2")).toBe("held");

    onTestFinished(async () => void (await inside("web2", "pkill -f 'sleep 4711$' || true")));
    await inside("web2", "setsid flock --no-fork /run/quintet/lock sleep 4711 >/dev/null 2>&1 &");
    // It waits for the lock, so that it is the first to get it. A machine's own /proc does not show who waits.
    await expect.poll(() => readFileSync("/proc/locks", "utf8")).toContain("-> FLOCK");
    await inside("web2", kill);
    const run = await first.ended;
    await go();
    expect(run.exitCode).toBe(6);
    expect(eventsOf(run, "error").map(({ error }) => error.message)).toEqual([
      "The lock on web2 was lost, so this run was stopped: somebody unknown has it.",
    ]);
  });

  test("of two that start at the same instant exactly one goes on", async () => {
    const { go } = await holdUp();
    const copy = await copyOfStack();
    const runs = [start([...apply, "--limit", "web2"]), start(["apply", "--stack", copy, "--limit", "web"])];
    expect((await Promise.race(runs.map((run) => run.ended))).exitCode).toBe(6);
    await go();
    const codes = await Promise.all(runs.map(async (run) => (await run.ended).exitCode));
    expect(codes.toSorted()).toEqual([0, 6]);
  });
});
