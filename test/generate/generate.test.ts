import { mkdir, mkdtemp, readdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { type GenerateWorld, generate } from "../../src/generate/generate.ts";
import { hash } from "../../src/generate/manifest.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { writeApplication } from "../artifact/application.ts";
import { GENERATE_ONCE } from "./generate-once.ts";
import { CHECKOUT, goldenStack, PLAIN_VAULT } from "./golden.ts";

const world: GenerateWorld = {
  run: runCommand,
  vault: PLAIN_VAULT,
  now: () => new Date("2026-01-01T00:00:00Z"),
  templateRoot: CHECKOUT,
  signal: new AbortController().signal,
};

let directory: string;
let stack: Stack;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "quintet-generate-"));
  await writeApplication(path.join(directory, "app"));
  stack = await stackNamed("five");
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const at = (file: string) => path.join(stack.directory, file);
const run = (overwrite = false) => generate(stack, { overwrite }, world);

async function stackNamed(name: string): Promise<Stack> {
  const golden = await goldenStack(name, path.join(directory, "stack"));
  return { ...golden, app: { ...golden.app, source: path.join(directory, "app"), static: "public" } };
}

/** Path -> hash of every file in the stack directory. */
async function files(): Promise<Record<string, string>> {
  const entries = await readdir(stack.directory, { recursive: true, withFileTypes: true });
  const hashes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(stack.directory, file), hash((await readFile(file)).toString("latin1"))] as const;
    });
  return Object.fromEntries((await Promise.all(hashes)).sort());
}

test("the second time everything is there: not a byte changes", async () => {
  const first = await run();
  expect(first).toMatchObject({ removed: [], unchanged: [], kept: [] });
  expect(first.written).toContain("roles/loadbalancer/templates/haproxy.cfg.j2");
  expect(first.made).toHaveLength(4);
  const before = await files();
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining([...first.written, ".generated.json", `artifacts/${first.release.artifact}-app.tar.gz`]),
  );
  expect(await run()).toEqual({ ...first, written: [], unchanged: first.written, made: [] });
  expect(await files()).toEqual(before);
});

test("the same stack gives the same bytes in another directory", async () => {
  const first = await run();
  const before = await files();
  stack = { ...stack, directory: path.join(directory, "other") };
  expect(await run()).toEqual(first);
  const after = await files();
  for (const file of [...first.written, `artifacts/${first.release.artifact}-app.tar.gz`])
    expect(after[file]).toBe(before[file]);
});

test("another layout: what changed is written, what is no longer needed is removed", async () => {
  await run();
  stack = await stackNamed("seven");
  const { written, removed, kept } = await run();
  expect(written).toEqual(expect.arrayContaining(["hosts.yml", "host_vars/lb1.yml", "host_vars/web1.yml"]));
  expect([removed, kept]).toEqual([[], []]);
  stack = await stackNamed("five");
  expect((await run()).removed).toEqual([
    "host_vars/lb1.yml",
    "host_vars/lb2.yml",
    "roles/host/files/lb1.nft",
    "roles/host/files/lb2.nft",
  ]);
});

test("a run that died half-way is finished first: what it wrote is no edit by hand", async () => {
  const { written } = await run();
  const manifest = JSON.parse(await readFile(at(".generated.json"), "utf8"));
  const commit = at(".quintet/commit/files");
  await mkdir(commit, { recursive: true });
  await writeFile(path.join(commit, "site.yml"), "from other templates");
  manifest.files["site.yml"] = hash("from other templates");
  await writeFile(path.join(commit, ".generated.json"), JSON.stringify(manifest));
  await writeFile(at(".quintet/commit/remove.json"), "[]");
  const unchanged = written.filter((file) => file !== "site.yml");
  expect(await run()).toMatchObject({ written: ["site.yml"], unchanged, kept: [], removed: [] });
  expect(await readdir(at(".quintet"))).toEqual([]);
});

describe("a file that was edited by hand", () => {
  beforeEach(async () => {
    await run();
    await writeFile(at("site.yml"), "edited\n");
  });

  test("is kept and named, each time, until it is said to be overwritten", async () => {
    for (const _ of [1, 2]) expect(await run()).toMatchObject({ written: [], kept: ["site.yml"] });
    expect(await readFile(at("site.yml"), "utf8")).toBe("edited\n");
    expect(await run(true)).toMatchObject({ written: ["site.yml"], kept: [] });
    expect(await run()).toMatchObject({ written: [], kept: [] });
  });

  test("is generated again once it is removed", async () => {
    await unlink(at("site.yml"));
    expect(await run()).toMatchObject({ written: ["site.yml"], kept: [] });
  });
});

describe("a damaged .generated.json", () => {
  test("stops the run before anything is changed", async () => {
    await run();
    await writeFile(at(".generated.json"), '{"version": 1, "files": {"hosts.y');
    const before = await files();
    stack = { ...stack, name: "other" };
    await expect(run()).rejects.toMatchObject({
      fields: { message: expect.stringContaining(`${at(".generated.json")} is damaged`), exitCode: 2 },
    });
    expect(await files()).toEqual(before);
    expect((await run(true)).kept).toEqual([]);
    expect((await run()).written).toEqual([]);
  });

  test("never makes it touch a file of somebody else's", async () => {
    await run();
    const other = path.join(directory, "precious");
    await writeFile(other, "precious");
    const manifest = JSON.parse(await readFile(at(".generated.json"), "utf8"));
    manifest.files["../precious"] = hash("precious");
    await writeFile(at(".generated.json"), JSON.stringify(manifest));
    await expect(run()).rejects.toMatchObject({ fields: { exitCode: 2 } });
    await run(true);
    expect(await readFile(other, "utf8")).toBe("precious");
  });
});

describe("a stack directory that cannot be written", () => {
  test.each([
    ["a directory where a file has to be", () => mkdir(at("hosts.yml")), /hosts\.yml is a directory\.$/],
    ["a file where a directory has to be", () => writeFile(at("roles"), ""), /ENOTDIR: not a directory, .*roles/],
  ])("%s: nothing is changed", async (_, prepare, why) => {
    await mkdir(stack.directory);
    await prepare();
    const before = await files();
    await expect(run()).rejects.toMatchObject({
      name: "QuintetError",
      fields: { message: expect.stringMatching(why), exitCode: 2 },
    });
    const { [".generated.json"]: manifest, ["site.yml"]: playbook } = await files();
    expect([manifest, playbook]).toEqual([undefined, undefined]);
    expect(await files()).toMatchObject(before);
  });

  test("a file in its place", async () => {
    await writeFile(stack.directory, "");
    await expect(run()).rejects.toMatchObject({ fields: { exitCode: 2, detail: expect.stringContaining("ENOTDIR") } });
  });

  test("a read-only file system, also where there is a project already", async () => {
    await run();
    await writeFile(at("site.yml"), "edited\n");
    await unlink(at("hosts.yml")); // something to write
    const before = await files();
    // Seen by this one program alone, and gone with it.
    const readOnly = 'mount --bind -o ro "$3" "$3" && exec "$0" "$1" "$2" "$3"';
    const asRoot = process.getuid?.() === 0 ? [] : ["--map-root-user"];
    const result = await runCommand(
      [
        "unshare",
        "--mount",
        ...asRoot,
        "sh",
        "-c",
        readOnly,
        process.execPath,
        GENERATE_ONCE,
        stack.app.source,
        stack.directory,
      ],
      { timeoutMs: 60_000 },
    );
    expect({ ...result, stdout: JSON.parse(result.stdout || "null") }).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: {
        message: `The stack directory ${stack.directory} cannot be written: the file system is read-only.`,
        exitCode: 2,
        step: "Generate the Ansible project",
        detail: expect.stringMatching(/^EROFS/),
        next: "Mend that, then run the same command again; the project that was there before is untouched.",
      },
    });
    expect(await files()).toEqual(before);
  }, 60_000);
});
