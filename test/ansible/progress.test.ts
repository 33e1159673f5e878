import { expect, test } from "vitest";
import type { AnsibleEvent } from "../../src/ansible/events.ts";
import { Progress } from "../../src/ansible/progress.ts";

type Status = Extract<AnsibleEvent, { event: "task-end" }>["status"];
type Counts = Extract<AnsibleEvent, { event: "stats" }>["hosts"][string];

const start = (host: string, task: string): AnsibleEvent => ({
  event: "task-start",
  host,
  role: "common",
  task,
  handler: false,
});
const end = (host: string, task: string, status: Status, more: object = {}): AnsibleEvent => ({
  event: "task-end",
  host,
  role: "common",
  task,
  handler: false,
  status,
  ms: 20,
  ...more,
});
const stats = (hosts: Record<string, Partial<Counts>>): AnsibleEvent => {
  const none = { ok: 0, changed: 0, failed: 0, unreachable: 0, skipped: 0, rescued: 0, ignored: 0 };
  return {
    event: "stats",
    hosts: Object.fromEntries(Object.entries(hosts).map(([host, counts]) => [host, { ...none, ...counts }])),
  };
};
const row = (row: string, status: string, text: string, done: number, total: number) => ({
  type: "row",
  step: "apply",
  row,
  status,
  text,
  done,
  total,
});

function run(...events: AnsibleEvent[]) {
  const progress = new Progress("apply");
  const emitted = events.map((event) => progress.accept(event));
  return { progress, emitted, last: emitted.at(-1) };
}

test("a host's row follows its tasks", () => {
  const { emitted, progress } = run(
    { event: "playbook", hosts: { web1: 2 } },
    start("web1", "Install packages"),
    end("web1", "Install packages", "changed", { diff: "+nginx\n" }),
    end("web1", "Skip it", "skipped"),
    end("web1", "Reload nginx", "ok", { handler: true }),
    stats({ web1: { ok: 2, changed: 1, skipped: 1 } }),
  );
  const task = { type: "task", host: "web1", role: "common", durationMs: 20 };
  expect(emitted).toEqual([
    [row("web1", "waiting", "", 0, 2)],
    [row("web1", "running", "Install packages", 0, 2)],
    [
      { ...task, task: "Install packages", status: "changed", diff: "+nginx\n" },
      row("web1", "running", "Install packages", 1, 2),
    ],
    [{ ...task, task: "Skip it", status: "skipped" }, row("web1", "running", "Skip it", 2, 2)],
    [{ ...task, task: "Reload nginx", status: "ok" }, row("web1", "running", "Reload nginx", 2, 2)],
    [row("web1", "done", "1 changed", 2, 2)],
  ]);
  expect(progress.hosts).toEqual({
    web1: { ok: 2, changed: 1, failed: 0, unreachable: 0, skipped: 1, tasks: 2 },
  });
  expect(progress.failures).toEqual([]);
});

test("a failure that a rescue section made good is none", () => {
  const { progress, last } = run(
    { event: "playbook", hosts: { web1: 1 } },
    end("web1", "Try", "failed", { message: "no" }),
    end("web1", "Rescue", "ok"),
    stats({ web1: { ok: 1, rescued: 1 } }),
  );
  expect(progress.failures).toEqual([]);
  expect(last).toEqual([row("web1", "done", "nothing to change", 2, 2)]);
  expect(progress.hosts["web1"]?.failed).toBe(0);
});

test("of a rescued failure and a real one, the real one is told", () => {
  const { progress } = run(
    end("web1", "Try", "failed", { message: "rescued" }),
    end("web1", "Start nginx", "failed", { message: "line one\nline two" }),
    stats({ web1: { failed: 1, rescued: 1 } }),
  );
  expect(progress.failures).toEqual([
    { host: "web1", role: "common", task: "Start nginx", status: "failed", message: "line one\nline two" },
  ]);
});

test("a host that was stopped because another failed is not shown as done", () => {
  const { last } = run(
    { event: "playbook", hosts: { web1: 3, web2: 3 } },
    end("web1", "One", "unreachable", { message: "gone" }),
    end("web2", "One", "ok"),
    stats({ web1: { unreachable: 1 }, web2: { ok: 1 } }),
  );
  expect(last).toEqual([
    row("web1", "unreachable", "One", 1, 3),
    row("web2", "waiting", "stopped, since another host failed", 1, 3),
  ]);
});

test("tries are counted for people: the second of three is running after the first failed", () => {
  const { last } = run({ event: "retry", host: "web1", role: null, task: "Wait", attempt: 1, of: 3 });
  expect(last).toEqual([row("web1", "running", "Wait (try 2 of 3)", 0, 0)]);
});

test("an interrupted run leaves no row in the middle", () => {
  const { progress } = run({ event: "playbook", hosts: { web1: 3 } }, end("web1", "One", "ok"));
  expect(progress.interrupted()).toEqual([row("web1", "failed", "interrupted", 1, 3)]);
});
