import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { program, quintet } from "../machines/quintet.ts";
import { stackText } from "../stack/example.ts";

let here: string;
beforeAll(async () => {
  here = await mkdtemp(join(tmpdir(), "quintet-cli-"));
});
afterAll(() => rm(here, { recursive: true }));

const say = (...words: string[]) => runCommand([program, ...words], { cwd: here, env: { NO_COLOR: "1" } });

describe("help", () => {
  test("--version", async () => {
    expect(await say("--version")).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: "",
    });
  });

  test("--help lists the verbs", async () => {
    const { exitCode, stdout, stderr } = await say("--help");
    expect([exitCode, stderr]).toEqual([0, ""]);
    const verbs = [...stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, verb]) => verb);
    const all =
      "init install generate check plan apply verify release rollback releases logs run db secret rehearse report doctor completion";
    expect(verbs).toEqual(all.split(" "));
  });

  test("--help of a verb", async () => {
    const { exitCode, stdout } = await say("apply", "--help");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("--accept-host-keys");
  });
});

describe("a command line that cannot be right", () => {
  test.each([
    [["aply"], "error: unknown command 'aply'\n(Did you mean apply?)"],
    [["apply", "--limt", "web1"], "error: unknown option '--limt'\n(Did you mean --limit?)"],
    [["apply", "--limit"], "error: option '--limit <hosts>' argument missing"],
    [["generate", "web1"], "error: too many arguments for 'generate'. Expected 0 arguments but got 1: web1."],
  ])("%j", async (words, message) => {
    expect(await say(...words)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `${message}\nRun \`quintet --help\` for the list of verbs.\n`,
    });
  });

  test("no verb: the help, as an error", async () => {
    const { exitCode, stdout, stderr } = await say();
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^Usage: quintet /);
  });
});

describe("a stack.yml that cannot be right", () => {
  let directory: string;
  beforeAll(async () => {
    directory = join(here, "inventories/shop");
    await mkdir(directory, { recursive: true });
    const web2 = "  web2: { address: 10.0.0.11, tiers: [loadbalancer, web] }";
    await writeFile(
      join(directory, "stack.yml"),
      stackText({ web2, database: "database: { port: 70000 }", more: "sight: {}" }),
    );
  });

  test("every fault is printed for people, with its place", async () => {
    const { exitCode, stdout, stderr } = await say("generate");
    expect([exitCode, stdout]).toEqual([2, ""]);
    const lines = stderr.split("\n").map((line) => line.trim());
    expect(lines).toContain("Error: 4 things in inventories/shop/stack.yml cannot be right.");
    expect(lines).toContain("Next: Correct the file, then run the same command again.");
    const from = lines.indexOf("It said:") + 1;
    expect(lines.slice(from, from + 4).map((line) => line.split(". ")[0])).toEqual([
      "inventories/shop/stack.yml:4:20  hosts.web2.address: 10.0.0.11 is already the address of web1",
      "inventories/shop/stack.yml:11:1  database.name: This setting is missing",
      "inventories/shop/stack.yml:11:19  database.port: 70000 is more than 65535",
      "inventories/shop/stack.yml:12:1  sight: There is no such setting",
    ]);
  });

  test.each(["generate", "apply", "verify", "rehearse"])("%s does not begin", async (verb) => {
    const run = await quintet([verb, "--stack", "shop"], { cwd: here });
    expect(run.exitCode).toBe(2);
    expect(run.events.map(({ type }) => type)).toEqual(["start", "warning", "error"]);
    expect(run.events[2]).toMatchObject({
      error: { exitCode: 2, next: "Correct the file, then run the same command again." },
    });
  });
});

test("with --json, standard output holds JSON lines alone, and people still read what is wrong", async () => {
  const run = await quintet(["verify", "--stack", "absent"], { cwd: here });
  expect(run.exitCode).toBe(2);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const version = expect.stringMatching(/^\d+\.\d+\.\d+$/);
  expect(run.events).toEqual([
    { time, type: "start", schemaVersion: 1, program: "quintet", version, verb: "verify" },
    {
      time,
      type: "error",
      error: {
        message: "inventories/absent/stack.yml cannot be read.",
        exitCode: 2,
        step: "Read the stack",
        detail: expect.stringContaining("ENOENT"),
        next: "The stacks here are: shop.",
      },
    },
  ]);
  expect(run.stderr).toMatch(/^Error: inventories\/absent\/stack\.yml cannot be read\.\n/);
  expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
});
