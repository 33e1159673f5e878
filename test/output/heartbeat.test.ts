import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Event } from "../../src/events.ts";
import { createOutput } from "../../src/output/output.ts";
import { TestStream } from "./streams.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const row = (name: string, more: Partial<Extract<Event, { type: "row" }>> = {}): Event => ({
  type: "row",
  step: "apply",
  row: name,
  status: "running",
  text: "Install packages",
  ...more,
});

function start() {
  const [stdout, stderr] = [new TestStream(), new TestStream()];
  const output = createOutput({ mode: "plain", stdout, stderr, color: false, verbose: false });
  output.emit({ type: "step-started", step: "apply", title: "Apply", rows: ["web1", "db1"] });
  return { output, stdout };
}

test("every half minute: who is doing what, and how far", async () => {
  const { output, stdout } = start();
  vi.advanceTimersByTime(30_000); // nobody does anything yet
  output.emit(row("web1", { done: 3, total: 17 }));
  output.emit(row("db1", { text: "" }));
  output.emit(row("web2", { status: "waiting" }));
  vi.advanceTimersByTime(30_000);
  output.emit(row("db1", { status: "done", text: "1 changed" }));
  output.emit(row("web1", { done: 4, total: 17, text: "Run Nginx" }));
  vi.advanceTimersByTime(30_000);
  output.emit({ type: "step-finished", step: "apply", status: "done", durationMs: 90_000 });
  vi.advanceTimersByTime(90_000);
  expect(stdout.text).toBe(`== Apply: web1, db1
.. 1 min 0 s: web1 3/17 Install packages; db1
db1: done: 1 changed (30.0 s)
.. 1 min 30 s: web1 4/17 Run Nginx
== Apply done (1 min 30 s)
`);
});

test("many hosts are not all named", () => {
  const { output, stdout } = start();
  for (let number = 1; number <= 20; number += 1) output.emit(row(`app${number}`, { text: "x" }));
  vi.advanceTimersByTime(30_000);
  expect(stdout.text).toContain(
    ".. 30.0 s: app1 x; app2 x; app3 x; app4 x; app5 x; app6 x; app7 x; app8 x; and 12 more\n",
  );
});

test("it ends with the output, and keeps no process alive", async () => {
  const { output, stdout } = start();
  output.emit(row("web1"));
  await output.close();
  vi.advanceTimersByTime(60_000);
  expect(stdout.text).toBe("== Apply: web1, db1\n");
});
