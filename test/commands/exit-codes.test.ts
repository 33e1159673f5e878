import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QuintetErrorFields } from "../../src/errors.ts";
import { ansible } from "../ansible/ansible.ts";
import { eventsOf, quintet } from "../machines/quintet.ts";
import { start } from "../machines/started.ts";
import { stackText } from "../stack/example.ts";

// Those that need machines: 3 in unfit-hosts, 4 and 5 in failures, 6 in lock, 10 in plan (all under test/machines).

const PATH = `${dirname(ansible.playbook)}:${process.env["PATH"]}`;
/** Beside inventories/shop there is inventories/broken, whose stack.yml cannot be right. */
let here: string;
/** No stack at all. */
let empty: string;
beforeAll(async () => {
  const above = await mkdtemp(join(tmpdir(), "quintet-exit-"));
  here = join(above, "here");
  empty = join(above, "empty");
  const put = async (name: string, text: string) => {
    await mkdir(join(here, "inventories", name, "shop"), { recursive: true });
    await writeFile(join(here, "inventories", name, "stack.yml"), text);
    await writeFile(join(here, "inventories", name, "shop/server.js"), "");
  };
  await mkdir(empty, { recursive: true });
  await put("shop", stackText());
  await put("broken", stackText({ database: "database: { port: 70000 }" }));
  const build = `build: "touch ${join(here, "building")} && sleep 300"`;
  await put("slow", stackText({ app: `app: { source: ./shop, runtime: node, start: node server.js, ${build} }` }));
});
afterAll(() => rm(dirname(here), { recursive: true }));

/** The process's exit code and the errors of one run; each error has to carry that code, and says what is next. */
async function ends(words: readonly string[], cwd = here, env: Record<string, string> = {}) {
  const run = await quintet(words, { cwd, env: { PATH, ...env } });
  const errors = eventsOf(run, "error").map(({ error }): QuintetErrorFields => error);
  for (const error of errors) expect(error).toMatchObject({ exitCode: run.exitCode, next: /./ });
  return { exitCode: run.exitCode, message: errors.map((error) => error.message).join(" | "), errors, run };
}

describe("0: done", () => {
  test.each([[["--version"]], [["apply", "--help"]], [["completion", "bash"]], [["generate", "--stack", "shop"]]])(
    "%j",
    async (words) => {
      const { runCommand } = await import("../../src/command.ts");
      const { program } = await import("../machines/quintet.ts");
      expect((await runCommand([program, ...words], { cwd: here, env: { PATH } })).exitCode).toBe(0);
    },
  );
});

describe("2: the command line or stack.yml is wrong, and nothing was begun", () => {
  test.each<[string, readonly string[], string]>([
    ["an unknown verb", ["aply"], "unknown command 'aply'"],
    ["an unknown flag", ["apply", "--limt", "web1"], "unknown option '--limt'"],
    [
      "too many words",
      ["generate", "web1"],
      "too many arguments for 'generate'. Expected 0 arguments but got 1: web1.",
    ],
    ["--down where it means nothing", ["rehearse", "--down", "up"], "--down has no meaning with rehearse up"],
    ["a stack for what is about none", ["doctor", "--stack", "shop"], "unknown option '--stack'"],
    ["a stack that is not there", ["apply", "--stack", "absent"], "inventories/absent/stack.yml cannot be read."],
    ["a stack that is not named, of several", ["apply"], "There is more than one stack here: broken, shop, slow."],
    [
      "faults in stack.yml",
      ["apply", "--stack", "broken"],
      "2 things in inventories/broken/stack.yml cannot be right.",
    ],
    [
      "--limit with something unknown",
      ["apply", "--stack", "shop", "--limit", "web3"],
      "--limit names something that the stack does not have: web3.",
    ],
    ["the same for check", ["check", "--stack", "shop", "--limit", ","], "--limit names no host."],
    ["the same for verify", ["verify", "--stack", "shop", "--limit", ""], "--limit names no host."],
    [
      "--lock-wait that is no time",
      ["apply", "--stack", "shop", "--lock-wait", "soon"],
      "--lock-wait soon is no time.",
    ],
    [
      "drills of a part",
      ["verify", "--stack", "shop", "--drills", "--limit", "app1"],
      "A drill is about the stack as a whole: who takes over, and what visitors notice.",
    ],
  ])("%s", async (_, words, message) => {
    const { exitCode, message: said, run } = await ends(words);
    expect([exitCode, said]).toEqual([2, message]);
    expect(eventsOf(run, "step-started")).toEqual([]);
  });

  test("no stack at all", async () => {
    expect(await ends(["apply"], empty)).toMatchObject({ exitCode: 2, message: "There is no stack here." });
  });
});

describe("1: what nobody foresaw", () => {
  test("is called a defect, and shown with its place in the source, once", async () => {
    const preload = join(here, "fault.mjs");
    await writeFile(
      preload,
      `import os from "node:os";
      import { syncBuiltinESMExports } from "node:module";
      os.homedir = () => { throw new TypeError("out of order"); };
      syncBuiltinESMExports();`,
    );
    const { exitCode, errors, run } = await ends(["apply", "--stack", "shop"], here, {
      NODE_OPTIONS: `--import=${pathToFileURL(preload)}`,
    });
    expect(exitCode).toBe(1);
    expect(errors).toEqual([
      {
        message: "This should not have happened, and is a defect of Quintet's.",
        exitCode: 1,
        detail: expect.stringMatching(/^TypeError: out of order\n[\s\S]*run-verb\.ts:\d+/),
        next: "Please report it with the lines above.",
      },
    ]);
    expect(run.stderr.split("TypeError: out of order")).toHaveLength(2);
  });
});

describe("130: interrupted", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s, once what was started has ended", async (signal) => {
    const building = join(here, "building");
    await rm(building, { force: true });
    const run = start(["generate", "--stack", join(here, "inventories/slow")], { PATH });
    await expect.poll(() => stat(building).catch(() => undefined), { timeout: 20_000 }).toBeDefined();
    run.signal(signal);
    const { exitCode, events } = await run.ended;
    expect(exitCode).toBe(130);
    expect(events.flatMap((event) => (event.type === "error" ? [event.error] : []))).toEqual([
      {
        message: "Interrupted.",
        exitCode: 130,
        next: "Run the same command again: it goes on where this one ended.",
      },
    ]);
  });
});
