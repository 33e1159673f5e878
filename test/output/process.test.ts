import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { runCommand } from "../../src/command.ts";
import { program } from "../machines/quintet.ts";

const line = z.fromJSONSchema(JSON.parse(readFileSync("docs/events.schema.json", "utf8")));

let here: string;
beforeAll(async () => {
  here = await mkdtemp(join(tmpdir(), "quintet-process-"));
});
afterAll(() => rm(here, { recursive: true }));

/** Runs the program; every line of standard output must be an event. */
async function events(words: readonly string[], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await runCommand([program, ...words], { cwd: here, env });
  expect(stdout.endsWith("\n")).toBe(true);
  const all = stdout
    .trimEnd()
    .split("\n")
    .map((text) => line.parse(JSON.parse(text)) as Record<string, unknown>);
  return { exitCode, events: all, stderr };
}

test("every line of a run is an event of the written schema, and the first says what runs", async () => {
  const run = await events(["doctor", "--json"]);
  expect(run.events[0]).toMatchObject({ type: "start", schemaVersion: 1, program: "quintet", verb: "doctor" });
  expect(run.events.map(({ type }) => type).slice(0, 2)).toEqual(["start", "table"]);
  expect(run.stderr).toContain("This computer\n");
});

test("a verb below a verb", async () => {
  const run = await events(["rehearse", "status", "--stack", "absent", "--json"]);
  expect(run.events[0]).toMatchObject({ verb: "rehearse status" });
  expect(run.exitCode).toBe(2);
});

describe("a command line that cannot be right is an event", () => {
  test.each([
    [["aply", "--json"], "", "unknown command 'aply'", "Did you mean apply? "],
    [["apply", "--limt", "web1", "--json"], "apply", "unknown option '--limt'", "Did you mean --limit? "],
    [["apply", "--json", "--limit"], "apply", "option '--limit <hosts>' argument missing", ""],
    [
      ["generate", "--json", "x"],
      "generate",
      "too many arguments for 'generate'. Expected 0 arguments but got 1: x.",
      "",
    ],
  ])("%j", async (words, verb, message, hint) => {
    const run = await events(words);
    expect(run.exitCode).toBe(2);
    expect(run.events).toMatchObject([
      { type: "start", verb },
      { type: "error", error: { exitCode: 2, message, next: `${hint}Run \`quintet --help\` for the list of verbs.` } },
    ]);
    expect(run.stderr).toContain(`error: ${message}\n`);
  });
});

describe("a defect of ours", () => {
  const hook = (code: string) => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` });
  const atFirstLine = (what: string) =>
    hook(`const { stdout } = process; const write = stdout.write; stdout.write = function (...words) {
      stdout.write = write; ${what} return write.apply(this, words); };`);

  test.each([
    ["in a callback", 'setImmediate(() => { throw new Error("boom"); });'],
    ["in a promise that nobody waits for", 'Promise.reject(new Error("boom"));'],
  ])("%s ends the run in order, and is an event", async (_, what) => {
    const run = await events(["doctor", "--json"], atFirstLine(what));
    expect(run.exitCode).toBe(1);
    expect(run.events.at(-1)).toMatchObject({
      type: "error",
      error: { exitCode: 1, detail: expect.stringContaining("Error: boom") },
    });
    expect(run.stderr).toContain("Error: This should not have happened");
  });

  test("a promise that is never settled", async () => {
    // From its first line on, nothing that is waited for comes.
    const forever = atFirstLine("Promise.prototype.then = () => new Promise(() => {});");
    const run = await events(["doctor", "--json"], forever);
    expect(run.exitCode).toBe(1);
    expect(run.events.at(-1)).toMatchObject({ type: "error", error: { exitCode: 1 } });
  });
});

describe("a reader that goes away", () => {
  const shell = (script: string) => runCommand(["bash", "-c", script, "bash", program], { cwd: here });

  test.each([
    ["doctor --json", "head -n 1"],
    ["doctor", "head -n 1"],
    ["doctor --json", "true"],
    ["--help", "true"],
  ])("%s | %s", async (words, reader) => {
    const alone = await shell(`"$1" ${words} >/dev/null`);
    const piped = await shell(`"$1" ${words} | ${reader} >/dev/null; exit "\${PIPESTATUS[0]}"`);
    expect(piped).toEqual({ ...alone, stdout: "" });
  });

  test("on standard error", async () => {
    const run = '"$1" verify --stack absent --json 2>&1 >&3 3>&- | true';
    const { exitCode, stdout } = await shell(`exec 3>&1; ${run}; exit "\${PIPESTATUS[0]}"`);
    expect([exitCode, stdout.trimEnd().split("\n").length]).toEqual([2, 2]);
  });
});
