import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type PlaybookRequest, runPlaybook } from "../../src/ansible/run.ts";
import type { Event } from "../../src/events.ts";
import { ansible } from "./ansible.ts";

const project = fileURLToPath(new URL("project", import.meta.url));
const NOW = new Date("2026-01-02T03:04:05.678Z");

// Real programs, on a computer that may be busy.
vi.setConfig({ testTimeout: 60_000 });

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quintet-run-test-"));
  await cp(project, directory, { recursive: true });
  await writeFile(join(directory, "vars.json"), JSON.stringify({ target: directory }));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function run(options: Partial<PlaybookRequest>, signal?: AbortSignal) {
  const events: Event[] = [];
  const request: PlaybookRequest = {
    ansible,
    stackDirectory: directory,
    playbook: "site.yml",
    inventory: "hosts.yml",
    extraVars: "vars.json",
    verb: "apply",
    step: "apply",
    title: "Apply the stack",
    rows: ["web1", "web2", "db1"],
    again: "quintet apply",
    ...options,
  };
  const world = {
    env: process.env,
    login: {},
    now: () => NOW,
    graceMs: 200,
    ...(signal === undefined ? {} : { signal }),
  };
  const result = await runPlaybook(request, world, (event) => events.push(event));
  return { result, events, log: await readFile(result.logFile, "utf8") };
}

async function pids(): Promise<number[]> {
  const text = await readFile(join(directory, "pids"), "utf8");
  return text.trim().split(/\s+/).map(Number);
}

async function isAlive(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return state !== "" && !/\) [ZX] /.test(state);
}

test("a host that passes, one that fails, one that cannot be reached", async () => {
  const { result, events, log } = await run({ diff: true });
  expect(result).toEqual({
    status: "failed",
    hosts: {
      web1: { ok: 4, changed: 2, failed: 0, unreachable: 0, skipped: 1, tasks: 5 },
      web2: { ok: 3, changed: 2, failed: 1, unreachable: 0, skipped: 0, tasks: 5 },
      db1: { ok: 0, changed: 0, failed: 0, unreachable: 1, skipped: 0, tasks: 1 },
    },
    failures: [
      {
        message: "A task failed on web2.",
        exitCode: 4,
        host: "web2",
        step: "tier: Fail on the second host",
        detail: "non-zero return code\nline one\nline two",
        logFile: join(directory, "logs/20260102T030405Z-apply.log"),
        next: "Mend what it says, then: quintet apply",
      },
      {
        message: "db1 answers, but nothing listens on its SSH port.",
        exitCode: 4,
        host: "db1",
        step: "tier: Write a file",
        detail: "Failed to connect to the host via ssh: ssh: connect to host 127.0.0.1 port 1: Connection refused",
        logFile: join(directory, "logs/20260102T030405Z-apply.log"),
        next: "Check that sshd runs on the machine, and ssh.port in stack.yml. Then: quintet apply",
      },
    ],
    logFile: join(directory, "logs/20260102T030405Z-apply.log"),
  });

  const rowsOf = (host: string) => events.filter((event) => event.type === "row" && event.row === host);
  expect(rowsOf("web1").at(0)).toMatchObject({ status: "waiting", done: 0, total: 4 });
  expect(rowsOf("web1").at(1)).toMatchObject({ status: "running", text: "Write a file", done: 0, total: 4 });
  expect(rowsOf("web1").at(-1)).toMatchObject({ status: "done", text: "2 changed", done: 5, total: 5 });
  expect(rowsOf("web2").at(-1)).toMatchObject({ status: "failed", text: "Fail on the second host" });
  expect(rowsOf("db1").at(-1)).toMatchObject({ status: "unreachable", text: "Write a file" });
  expect(events.find((event) => event.type === "task" && event.host === "web1")).toMatchObject({
    role: "tier",
    task: "Write a file",
    status: "changed",
    diff: `--- before\n+++ after: ${directory}/web1\n@@ -0,0 +1 @@\n+hello from web1\n\n`,
  });
  expect(events.at(-1)).toMatchObject({
    type: "step-finished",
    status: "failed",
    summary: "11 tasks on 3 hosts, 4 changed, 2 failed",
  });

  expect(log).toContain("03:04:05.678 web2: tier: Fail on the second host: failed, ");
  expect(log).toContain("03:04:05.678     line two\n");
  expect(log + JSON.stringify(events)).not.toContain("open-sesame");
  expect((await stat(result.logFile)).mode & 0o777).toBe(0o600);
});

test("a second run on the host that passed changes only what always says so", async () => {
  await run({ limit: ["web1"], rows: ["web1"] });
  const { result, events } = await run({ limit: ["web1"], rows: ["web1"] });
  expect(result.status).toBe("passed");
  expect(result.failures).toEqual([]);
  // The command under no_log has no changed_when.
  expect(result.hosts).toEqual({ web1: { ok: 3, changed: 1, failed: 0, unreachable: 0, skipped: 1, tasks: 4 } });
  expect(events.at(-1)).toMatchObject({ status: "done", summary: "4 tasks on 1 host, 1 changed" });
});

test("Ansible that cannot start is told with its own words", async () => {
  const { result } = await run({ playbook: "nosuch.yml" });
  expect(result.status).toBe("failed");
  expect(result.failures).toMatchObject([
    { message: "ansible-playbook ended with an error.", step: "Apply the stack" },
  ]);
  expect(result.failures[0]?.detail).toContain("nosuch.yml could not be found");
  const missing = await run({ ansible: { ...ansible, playbook: join(directory, "nosuch") } });
  expect(missing.result.failures[0]?.detail).toContain("ENOENT");
});

test("an abort ends everything that was started, also what is deaf or has left the session", async () => {
  const controller = new AbortController();
  const running = run({ playbook: "wait.yml", rows: ["web1"] }, controller.signal);
  await vi.waitFor(async () => expect(await pids()).toHaveLength(2), { timeout: 30_000, interval: 20 });
  const started = await pids();
  expect(await Promise.all(started.map(isAlive))).toEqual([true, true]);
  controller.abort();
  const { result, events } = await running;
  expect(result.status).toBe("interrupted");
  expect(result.failures).toEqual([]);
  expect(await Promise.all(started.map(isAlive))).toEqual([false, false]);
  expect(events.at(-2)).toMatchObject({ type: "row", row: "web1", status: "failed", text: "interrupted" });
  expect(events.at(-1)).toMatchObject({ type: "step-finished", status: "failed", summary: "interrupted" });
});

test("a run that passes leaves no process behind either", async () => {
  const { result } = await run({ playbook: "leave.yml", rows: ["web1"] });
  expect(result.status).toBe("passed");
  expect(await Promise.all((await pids()).map(isAlive))).toEqual([false, false]);
});

test("a stack directory without room for a log is told before anything runs", async () => {
  await writeFile(join(directory, "logs"), "a file where the directory should be");
  await expect(run({})).rejects.toMatchObject({
    fields: {
      message: `Cannot write the log file ${directory}/logs/20260102T030405Z-apply.log.`,
      exitCode: 4,
      next: "Make the stack directory writable for you, and see that its disk is not full.",
    },
  });
  expect(await readdir(directory)).not.toContain("web1");
});
