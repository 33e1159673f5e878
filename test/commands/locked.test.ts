import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { CommandContext } from "../../src/commands/context.ts";
import { withLock } from "../../src/commands/locked.ts";
import { QuintetError } from "../../src/errors.ts";
import type { Event } from "../../src/events.ts";
import { LOCK_DIRECTORY } from "../../src/lock/script.ts";
import { createLogin } from "../../src/remote/login.ts";
import type { Session } from "../../src/remote/session.ts";
import type { Host } from "../../src/stack/stack.ts";
import { fiveHosts } from "../verify/stack.ts";
import { fakeContext } from "./context.ts";

let root: string;
let events: Event[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "quintet-locked-"));
  events = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const stack = fiveHosts("/srv/shop");
const directoryOf = (host: string) => join(root, host);

/** Each host is a directory of this computer; the script runs in this computer's shell. */
function sessionTo(host: Host): Session {
  return {
    host,
    run: async () => ({ exitCode: 0, stdout: "", stderr: "" }),
    stream(argv, onLine) {
      const [file = "", ...args] = argv.map((word) => (word === LOCK_DIRECTORY ? directoryOf(host.name) : word));
      const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
      child.stdin.on("error", () => {});
      createInterface(child.stdout).on("line", onLine);
      const ended = once(child, "close").then(([code]) => ({ exitCode: code ?? undefined, stdout: "", stderr: "" }));
      return {
        ended,
        write: (text) => void child.stdin.write(text),
        async stop() {
          child.stdin.end();
          await ended;
        },
      };
    },
    attach: async () => undefined,
    close() {},
  };
}

function contextOf(changes: Partial<CommandContext> = {}): CommandContext {
  const login = { ...createLogin(), connect: async (_: unknown, host: Host) => sessionTo(host) };
  return fakeContext(root, events, { login: login as CommandContext["login"], ...changes });
}

const request = { command: "apply", again: "quintet apply --stack /srv/shop" };
const hosts = stack.hosts.slice(0, 2);

/** Somebody else's run, which has the locks until `end` is called. */
async function another() {
  const end = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const run = withLock(stack, hosts, request, contextOf({ userName: "eve" }), () => {
    begun.resolve();
    return end.promise;
  });
  await begun.promise;
  return {
    end() {
      end.resolve();
      return run;
    },
  };
}

describe("while the work runs", () => {
  test("every host is locked, for this user and command; afterwards none is", async () => {
    const result = await withLock(stack, hosts, request, contextOf(), async ({ lockedAs }) => {
      for (const { name } of hosts) {
        const holder = readFileSync(join(directoryOf(name), "holder"), "utf8").split("\n")[1] ?? "";
        expect(JSON.parse(holder)).toMatchObject({ run: lockedAs, user: "dora", command: "quintet apply" });
      }
      return 7;
    });
    expect(result).toBe(7);
    await withLock(stack, hosts, request, contextOf(), async () => {});
  });

  test("a second run is told who, and changes nothing", async () => {
    const { end } = await another();
    const otherwise = async () => expect.unreachable();
    const second = withLock(stack, hosts, { ...request, otherwise }, contextOf(), async () => expect.unreachable());
    await expect(second).rejects.toMatchObject({
      fields: {
        exitCode: 6,
        host: "web1",
        message: expect.stringMatching(/^Another run holds the lock on web1: eve@/),
      },
    });
    await end();
  });

  test("one that waits goes on when the other ends", async () => {
    const { end } = await another();
    const waiting = withLock(stack, hosts, { ...request, lockWait: "1m" }, contextOf(), async () => "went on");
    const said = () => events.some((event) => event.type === "info" && event.message.startsWith("Waiting up to 60 s"));
    await expect.poll(said).toBe(true);
    await end();
    expect(await waiting).toBe("went on");
  });

  test("Ctrl-C ends the waiting", async () => {
    const { end } = await another();
    const abort = new AbortController();
    const waiting = withLock(
      stack,
      hosts,
      { ...request, lockWait: "1m" },
      contextOf({ signal: abort.signal }),
      async () => expect.unreachable(),
    );
    waiting.catch(() => {});
    await expect.poll(() => events.some((event) => event.type === "info")).toBe(true);
    abort.abort(new Error("Ctrl-C"));
    await expect(waiting).rejects.toThrow();
    await end();
  });
});

test("what the work throws is passed on, and the locks are let go", async () => {
  const failing = withLock(stack, hosts, request, contextOf(), async () => {
    throw new Error("the playbook failed");
  });
  await expect(failing).rejects.toThrow("the playbook failed");
  await withLock(stack, hosts, request, contextOf(), async () => {});
});

test("when somebody else takes a lock that was lost, the work is aborted with that as the reason", async () => {
  const run = withLock(stack, hosts, request, contextOf(), async ({ signal }) => {
    const pid = Number(readFileSync(join(directoryOf("web2"), "holder"), "utf8").split("\n")[0]);
    const thief = spawn("flock", ["--no-fork", join(directoryOf("web2"), "lock"), "sleep", "60"]);
    onTestFinished(() => void thief.kill());
    // It waits for the lock, so that it is the first to get it.
    const waits = new RegExp(`-> FLOCK .* ${thief.pid} `);
    await expect.poll(() => readFileSync("/proc/locks", "utf8")).toMatch(waits);
    const aborted = once(signal, "abort");
    process.kill(pid, "SIGKILL");
    await aborted;
    throw new Error("ended by the abort");
  });
  const error = await run.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(QuintetError);
  expect(error).toMatchObject({ fields: { exitCode: 6, host: "web2", step: "Keep the lock" } });
});

test("a host without flock, or whose /run cannot be written, is named", async () => {
  const broken = contextOf({
    login: {
      ...createLogin(),
      connect: async (_stack, host) => ({
        ...sessionTo(host),
        isOpen: () => true,
        stream: () => ({
          ended: Promise.resolve({ exitCode: 1, stdout: "", stderr: "sh: flock: not found\n" }),
          write: () => {},
          stop: async () => {},
        }),
      }),
    },
  });
  await expect(withLock(stack, hosts, request, broken, async () => expect.unreachable())).rejects.toMatchObject({
    fields: { exitCode: 3, host: "web1", detail: "sh: flock: not found", message: "web1 could not be locked." },
  });
  // What is known better of it goes first.
  const otherwise = async () => {
    expect(events.at(-1)).toMatchObject({ type: "step-finished", step: "lock", status: "failed" });
    throw new Error("web1 has no disk left, web2 neither");
  };
  await expect(
    withLock(stack, hosts, { ...request, otherwise }, broken, async () => expect.unreachable()),
  ).rejects.toThrow("web2 neither");
});
