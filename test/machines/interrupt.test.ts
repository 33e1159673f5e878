import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import type { Event } from "../../src/events.ts";
import { quoteArgv } from "../../src/remote/quote.ts";
import { eventsOf, hostsOf, program, quintet, type Run } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { directory, inside } from "./shared.ts";

const reason = await whyNoMachines();
const apply = ["apply", "--stack", directory];

/** Ctrl-C in the middle of the playbook. */
describe.skipIf(reason !== undefined)(`an interrupted apply${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("ends all that it started, and the next run goes on", async () => {
    // Something to do, so that there is something to be interrupted.
    for (const host of ["web1", "web2"]) await inside(host, "echo '# edited' >>/etc/nginx/nginx.conf");
    const run = await interruptedAt((event) => event.type === "task");
    expect(run.exitCode).toBe(130);
    expect(run.left).toEqual([]);
    expect(run.stderr).not.toMatch(/\bat .*\.[jt]s:\d+:\d+|Traceback/);
    expect(eventsOf(run, "error").map(({ error }) => error)).toEqual([
      {
        message: "Interrupted.",
        exitCode: 130,
        next: "Run the same command again: it goes on where this one ended.",
      },
    ]);
    expect(eventsOf(run, "step-finished").at(-1)).toMatchObject({
      step: "apply",
      status: "failed",
      summary: "interrupted",
    });

    expect((await quintet(apply)).exitCode).toBe(0);
    const again = await quintet(apply);
    expect(again.exitCode).toBe(0);
    expect(Object.values(hostsOf(again)).map(({ changed }) => changed)).toEqual([0, 0, 0, 0, 0]);
  });

  test("gives the terminal back as it was", async () => {
    const columns = 100;
    const script = `stty rows 40 cols ${columns}; before=$(stty -g); trap : INT
      ${quoteArgv([program, ...apply])}; echo "exit code $?"
      [ "$(stty -g)" = "$before" ] && echo "terminal as before"`;
    const { CI: _, ...env } = process.env;
    const child = spawn("script", ["--quiet", "--return", "--command", script, "/dev/null"], { env });
    let screen = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const before = screen.includes("Apply the roles");
      screen += text;
      if (!before && screen.includes("Apply the roles")) child.stdin.write("\x03");
    });
    await once(child, "close");
    expect(screen).toContain("exit code 130");
    expect(screen).toContain("terminal as before");
    expect(screen).toContain("Interrupted.");
    expect(screen.lastIndexOf("\x1b[?25l")).toBeGreaterThan(0);
    expect(screen.lastIndexOf("\x1b[?25h")).toBeGreaterThan(screen.lastIndexOf("\x1b[?25l"));
    expect((await quintet(apply)).exitCode).toBe(0);
  });
});

/** Runs apply, sends SIGINT at the first such event; `left`: what still runs of it when it has ended. */
async function interruptedAt(moment: (event: Event) => boolean): Promise<Run & { left: string[] }> {
  const temporary = await mkdtemp(join(tmpdir(), "qi-"));
  const events: Event[] = [];
  let stderr = "";
  let waiting = true;
  const child = spawn(program, [...apply, "--json"], { env: { ...process.env, TMPDIR: temporary } });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = once(child, "close");
  for await (const line of createInterface(child.stdout)) {
    const event = JSON.parse(line) as Event;
    events.push(event);
    if (waiting && moment(event)) waiting = !child.kill("SIGINT"); // a second one would end it at once
  }
  const [exitCode] = (await exited) as [number | null];
  const left = await processesWith(temporary);
  await rm(temporary, { recursive: true, force: true });
  return { exitCode: exitCode ?? undefined, events, stderr, left };
}

/** Command lines of the processes that have this text in their environment or command line. */
async function processesWith(text: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
      const [environment, commandLine] = await Promise.all([read("environ"), read("cmdline")]);
      return environment.includes(text) || commandLine.includes(text) ? [commandLine.replaceAll("\0", " ")] : [];
    }),
  );
  return found.flat();
}
