import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Answer, type Claim, lineOf } from "../../src/lock/claim.ts";
import { type LockSession, lockSession } from "../../src/lock/lock-session.ts";
import { lockArgv } from "../../src/lock/script.ts";

/** Long enough that no test meets it by accident. */
const LONG = 60;

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "quintet-lock-")), "quintet");
});
afterEach(() => rmSync(join(directory, ".."), { recursive: true }));

const claim = (run: string): Claim => ({ run, user: "dora", computer: "laptop", command: "quintet apply" });

/** The script, run by this computer's sh. */
function local(expirySeconds = LONG): LockSession & { pid: number; closeInput(): void } {
  const [file = "", ...args] = lockArgv(directory, expirySeconds);
  const child = spawn(file, args);
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => {});
  const ended = once(child, "close").then(([exitCode]) => ({ exitCode: exitCode ?? undefined, stdout: "", stderr }));
  const session = lockSession((onLine) => {
    createInterface(child.stdout).on("line", onLine);
    return {
      ended,
      write: (text) => void child.stdin.write(text),
      async stop() {
        child.stdin.end();
        await ended;
      },
    };
  });
  return { ...session, pid: child.pid ?? 0, closeInput: () => child.stdin.end() };
}

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
}

const take = (session: LockSession, run: string) => session.take(lineOf(claim(run)));
const TAKEN: Answer = { kind: "taken", afterAnother: false };
const heldBy = (run: string) => ({ kind: "held", holder: { claim: claim(run) } });

describe("one holder at a time", () => {
  test("a second one is told who has it, since when and the last sign of life", async () => {
    const first = local();
    expect(await take(first, "a")).toEqual(TAKEN);
    const answer = await take(local(), "b");
    expect(answer).toMatchObject(heldBy("a"));
    if (answer.kind !== "held") throw new Error("taken twice");
    expect(answer.holder.heldMs).toBeLessThan(LONG * 1000);
    expect(answer.holder.silentMs).toBeLessThan(LONG * 1000);
    await first.release();
    expect(await take(local(), "b")).toEqual({ kind: "taken", afterAnother: true });
  });

  test("of many at the same instant exactly one", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => take(local(), `run ${i}`)));
    expect(answers.filter(({ kind }) => kind === "taken")).toHaveLength(1);
  });

  test("one that comes back learns whether another was in between", async () => {
    const run = async (name: string) => {
      const session = local();
      const answer = await take(session, name);
      await session.release();
      return answer;
    };
    expect([await run("a"), await run("a"), await run("b"), await run("a")]).toEqual([
      TAKEN,
      TAKEN,
      { kind: "taken", afterAnother: true },
      { kind: "taken", afterAnother: true },
    ]);
  });
});

describe("the lock is free", () => {
  test("at the end of the input, with nothing left that names an owner", async () => {
    const first = local();
    await take(first, "a");
    first.closeInput();
    await first.ended;
    expect(readdirSync(directory).sort()).toEqual(["last", "lock"]);
  });

  test("when the script is killed, at once, and what it left behind names nobody", async () => {
    // A pipe that stays open, as a connection does that nobody has noticed to be dead.
    const pipe = join(directory, "..", "pipe");
    execFileSync("mkfifo", [pipe]);
    const input = openSync(pipe, "r+");
    onTestFinished(() => closeSync(input));
    writeSync(input, `${lineOf(claim("a"))}\n`);
    const [file = "", ...args] = lockArgv(directory, LONG);
    const first = spawn(file, args, { stdio: [input, "pipe", "inherit"] as [number, "pipe", "inherit"] });
    const exited = once(first, "exit");
    for await (const line of createInterface(first.stdout ?? process.stdin)) {
      expect(line).toBe("taken");
      break;
    }
    // The child that waits for the next heartbeat goes on without the script, and must not keep the lock.
    await expect.poll(() => childrenOf(first.pid ?? 0)).toHaveLength(1);
    const [waiting = ""] = childrenOf(first.pid ?? 0);
    onTestFinished(() => void process.kill(Number(waiting), "SIGTERM"));
    const comm = () => readFileSync(`/proc/${waiting}/comm`, "utf8");
    // Just forked, it is not what it will be.
    await expect.poll(comm).toBe("timeout\n");
    first.kill("SIGKILL");
    await exited;
    expect(comm()).toBe("timeout\n");
    expect(readdirSync(directory)).toContain("holder");
    expect(await take(local(), "b")).toMatchObject({ kind: "taken" });
    expect(await take(local(), "c")).toMatchObject(heldBy("b"));
  });

  test("when no heartbeat comes for the bound, though the input stays open", async () => {
    const first = local(1);
    expect(await take(first, "a")).toEqual(TAKEN);
    await first.ended;
    expect(await take(local(), "b")).toMatchObject({ kind: "taken" });
  });

  test("but not while heartbeats come", async () => {
    const first = local(1);
    await take(first, "a");
    const begin = statSync(join(directory, "alive")).mtimeMs;
    const beats = setInterval(() => first.beat(), 100);
    // Four times the bound, on the clock that the script's bound is measured with.
    await expect
      .poll(() => statSync(join(directory, "alive")).mtimeMs - begin, { timeout: 20_000 })
      .toBeGreaterThan(4_000);
    expect(await take(local(), "b")).toMatchObject(heldBy("a"));
    clearInterval(beats);
    await first.ended;
    expect(await take(local(), "b")).toMatchObject({ kind: "taken" });
  });

  test("for one who never says who it is, nothing is taken", async () => {
    const silent = local(1);
    await silent.ended;
    expect(readdirSync(directory)).toEqual(["lock"]);
  });
});

describe("nothing that stands in a file can block or do harm", () => {
  test.each([
    ["garbage", "\x00\xff\x1b[2J\n\n\nnot json"],
    ["no owner", ""],
    ["a pid that is a path", `../../../etc\n${lineOf(claim("x"))}\n`],
    ["a pid that runs no more", `999999999\n${lineOf(claim("x"))}\n`],
    ["shell", "$(touch pwned)\n`touch pwned`; touch pwned\n"],
    ["a line without an end", "7".repeat(100_000)],
  ])("%s", async (_, content) => {
    const first = local();
    await take(first, "a");
    for (const file of ["holder", "last", "lock"]) writeFileSync(join(directory, file), content, "latin1");
    expect(await take(local(), "b")).toMatchObject({ kind: "held", holder: { claim: undefined } });
    await first.release();
    for (const file of ["holder", "last", "alive"]) writeFileSync(join(directory, file), content, "latin1");
    const second = local();
    expect(await take(second, "b")).toMatchObject({ kind: "taken" });
    expect(await take(local(), "c")).toMatchObject(heldBy("b"));
    expect(readdirSync(directory).sort()).toEqual(["alive", "holder", "last", "lock"]);
  });

  test.each([
    '"; touch pwned; "',
    "$(touch pwned)",
    "a\nb\r\x1b[31m",
    "%s%n\\c\\0",
    "{{ x }} <% y %>",
    "🎻".repeat(5000),
  ])("a user who is called %j is stored as text", async (user) => {
    const first = local();
    const line = lineOf({ ...claim("a"), user });
    expect(line).not.toMatch(/\p{Cc}/u);
    expect(await first.take(line)).toEqual(TAKEN);
    expect(readFileSync(join(directory, "holder"), "utf8").split("\n")).toEqual([String(first.pid), line, ""]);
    const answer = await take(local(), "b");
    const shownUser = answer.kind === "held" ? answer.holder.claim?.user : undefined;
    expect(user.startsWith(shownUser ?? "nobody")).toBe(true);
    expect(readdirSync(directory).sort()).toEqual(["alive", "holder", "last", "lock"]);
  });
});

test("where the directory cannot be made, the answer is what the machine said", async () => {
  writeFileSync(directory, "");
  await expect(take(local(), "a")).rejects.toThrow(/File exists|Not a directory/);
});

test("nobody but the owner of the directory can open the lock", async () => {
  await take(local(), "a");
  expect(statSync(directory).mode & 0o777).toBe(0o700);
});
