import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { list, type ReadEntry } from "tar";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { packArtifact } from "../../src/artifact/artifact.ts";
import { type RunCommand, runCommand } from "../../src/command.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { goldenStack } from "../generate/golden.ts";
import { writeApplication } from "./application.ts";

const NEVER = new AbortController().signal;
/** Only Git is asked for a revision, and has none. */
const noBuild: RunCommand = async ([program]) =>
  program === "git" ? { exitCode: 128, stdout: "", stderr: "" } : expect.fail("there is nothing to build");

let directory: string;
let source: string;
let stack: Stack;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "quintet-pack-"));
  source = path.join(directory, "app");
  await writeApplication(source);
  const five = await goldenStack("five", path.join(directory, "stack"));
  stack = { ...five, app: { ...five.app, source, static: "public" } };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

const withApp = (change: Partial<Stack["app"]>): Stack => ({ ...stack, app: { ...stack.app, ...change } });
const archive = (id: string, tier: string) => path.join(stack.directory, "artifacts", `${id}-${tier}.tar.gz`);

async function archives(id: string): Promise<string[]> {
  return Promise.all(["app", "web"].map(async (tier) => (await readFile(archive(id, tier))).toString("base64")));
}

const above = (tier: string, id: string) => [`${tier}/`, `${tier}/artifacts/`, `${tier}/artifacts/${id}/`];

async function entries(file: string): Promise<ReadEntry[]> {
  const found: ReadEntry[] = [];
  await list({ file, onReadEntry: (entry) => found.push(entry) });
  return found;
}

describe("the archives", () => {
  test("hold the application and its static files below /srv, the mark of a whole one last", async () => {
    const { id } = await packArtifact(stack, { run: noBuild, signal: NEVER });
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect((await entries(archive(id, "app"))).map((entry) => entry.path)).toEqual([
      ...above("app", id),
      ...[
        ".commands/",
        ".commands/start",
        "bin/",
        "bin/start",
        "main.js",
        "packages/",
        "packages/inner/",
        "packages/inner/index.js",
        "public/",
        "public/assets/",
        "public/assets/style.css",
        "public/index.html",
        "server.js",
        ".complete",
      ].map((file) => `app/artifacts/${id}/${file}`),
    ]);
    expect((await entries(archive(id, "web"))).map((entry) => entry.path)).toEqual([
      ...above("web", id),
      ...["root/", "root/assets/", "root/assets/style.css", "root/index.html", ".complete"].map(
        (file) => `web/artifacts/${id}/${file}`,
      ),
    ]);
    expect((await readdir(path.join(stack.directory, "artifacts"))).sort()).toEqual([
      `${id}-app.tar.gz`,
      `${id}-web.tar.gz`,
    ]);
  });

  test("know no owner, keep what may be executed and where links lead", async () => {
    const { id } = await packArtifact(stack, { run: noBuild, signal: NEVER });
    const all = await entries(archive(id, "app"));
    for (const { uid, gid, uname, gname } of all)
      expect([uid, gid, uname, gname]).toEqual([undefined, undefined, "", ""]);
    const entry = (name: string) => all.find((each) => each.path.endsWith(`/${name}`));
    expect((entry("bin/start")?.mode ?? 0) & 0o111).toBe(0o111);
    expect((entry("server.js")?.mode ?? 0) & 0o111).toBe(0);
    expect(entry("main.js")).toMatchObject({ type: "SymbolicLink", linkpath: "server.js" });
  });

  test("have a time of their own in each release: web servers tell files of one size apart by it", async () => {
    const first = await packArtifact(stack, { run: noBuild, signal: NEVER });
    await writeFile(path.join(source, "public/assets/style.css"), "html {}"); // as long as before
    const second = await packArtifact(stack, { run: noBuild, signal: NEVER });
    const times = async ({ id }: { id: string }) =>
      new Set(
        (await entries(archive(id, "web")))
          .filter(({ type }) => type === "File")
          .map((entry) => entry.mtime?.getTime()),
      );
    const [before, after] = [await times(first), await times(second)];
    expect([before.size, after.size]).toEqual([1, 1]);
    for (const time of [...before, ...after]) expect(time).toBeGreaterThan(0);
    expect(before).not.toEqual(after);
  });

  test("are the same bytes for the same sources, wherever and whenever they are packed", async () => {
    const { id } = await packArtifact(stack, { run: noBuild, signal: NEVER });
    const first = await archives(id);
    await rm(path.join(stack.directory, "artifacts"), { recursive: true });
    const elsewhere = path.join(directory, "elsewhere");
    await cp(source, elsewhere, { recursive: true, verbatimSymlinks: true });
    await utimes(path.join(elsewhere, "server.js"), 1, 1);
    expect(await packArtifact(withApp({ source: elsewhere }), { run: noBuild, signal: NEVER })).toMatchObject({ id });
    expect(await archives(id)).toEqual(first);
  });

  test("hold what the build makes; it runs in a clean copy", async () => {
    const build =
      "ls -A > found.txt; mkdir node_modules; echo x > node_modules/made.js; echo js > public/assets/app-0a1b2c3d.js";
    const { id } = await packArtifact(withApp({ build }), { run: runCommand, signal: NEVER });
    const paths = (await entries(archive(id, "app"))).map((entry) => entry.path);
    expect(paths).toContain(`app/artifacts/${id}/node_modules/made.js`);
    expect((await entries(archive(id, "web"))).map((entry) => entry.path)).toContain(
      `web/artifacts/${id}/root/assets/app-0a1b2c3d.js`,
    );
    const found = await runCommand(["tar", "-xzOf", archive(id, "app"), `app/artifacts/${id}/found.txt`]);
    expect(found.stdout.split("\n")).toEqual(["bin", "found.txt", "main.js", "packages", "public", "server.js", ""]);
    expect((await readdir(source)).sort()).toEqual(
      [".git", "bin", "main.js", "node_modules", "packages", "public", "server.js"].sort(),
    );
  });

  test("are made once", async () => {
    const build = "true";
    const release = await packArtifact(withApp({ build }), { run: runCommand, signal: NEVER });
    const first = await archives(release.id);
    expect(await packArtifact(withApp({ build }), { run: noBuild, signal: NEVER })).toEqual(release);
    expect(await archives(release.id)).toEqual(first);
  });

  test("are made again where one is missing", async () => {
    const { id } = await packArtifact(stack, { run: noBuild, signal: NEVER });
    await rename(archive(id, "web"), `${archive(id, "web")}.new`);
    await packArtifact(stack, { run: noBuild, signal: NEVER });
    expect((await readdir(path.join(stack.directory, "artifacts"))).sort()).toEqual([
      `${id}-app.tar.gz`,
      `${id}-web.tar.gz`,
    ]);
  });

  test("of a stack without static files have an empty document root", async () => {
    const { static: _, ...app } = stack.app;
    const { id } = await packArtifact({ ...stack, app }, { run: noBuild, signal: NEVER });
    expect((await entries(archive(id, "web"))).map((entry) => entry.path)).toEqual([
      ...above("web", id),
      `web/artifacts/${id}/root/`,
      `web/artifacts/${id}/.complete`,
    ]);
  });

  test("may be read by the services, whatever the umask here", async () => {
    const umask = process.umask(0o077);
    try {
      await chmod(path.join(source, "server.js"), 0o600);
      const { id } = await packArtifact(stack, { run: noBuild, signal: NEVER });
      const all = [...(await entries(archive(id, "app"))), ...(await entries(archive(id, "web")))];
      expect(all.filter(({ mode = 0 }) => (mode & 0o444) !== 0o444).map((entry) => entry.path)).toEqual([]);
      expect(all.filter((entry) => entry.path.endsWith("/") && entry.mode !== 0o755)).toEqual([]);
    } finally {
      process.umask(umask);
    }
  });

  test("hold nothing of a stack directory that lies in the source", async () => {
    const inside: Stack = { ...stack, directory: path.join(source, "inventories", "shop") };
    await mkdir(inside.directory, { recursive: true });
    await writeFile(path.join(inside.directory, ".vault_password"), "secret");
    const { id } = await packArtifact(inside, { run: noBuild, signal: NEVER });
    const file = path.join(inside.directory, "artifacts", `${id}-app.tar.gz`);
    expect((await entries(file)).map((entry) => entry.path).filter((one) => one.includes("shop"))).toEqual([]);
    expect(await packArtifact(inside, { run: noBuild, signal: NEVER })).toMatchObject({ id });
  });

  test("are not made of the stack directory itself", async () => {
    await expect(packArtifact({ ...stack, directory: source }, { run: noBuild, signal: NEVER })).rejects.toMatchObject({
      fields: { exitCode: 2 },
    });
  });
});

describe("the id", () => {
  test.each<[string, () => Promise<unknown>, Partial<Stack["app"]>]>([
    ["a file's content", () => writeFile(path.join(source, "server.js"), "console.log('Hello')\n"), {}],
    ["a file's name", () => rename(path.join(source, "server.js"), path.join(source, "main.mjs")), {}],
    ["what may be executed", () => chmod(path.join(source, "server.js"), 0o755), {}],
    ["a new file", () => writeFile(path.join(source, "new.js"), ""), {}],
    ["the build", async () => undefined, { build: "true" }],
    ["the static directory", async () => undefined, { static: "public/assets" }],
  ])("changes with %s", async (_, change, app) => {
    const { id } = await packArtifact(stack, { run: noBuild, signal: NEVER });
    await change();
    expect((await packArtifact(withApp(app), { run: runCommand, signal: NEVER })).id).not.toBe(id);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["what is installed", () => writeFile(path.join(source, "node_modules/new.js"), "")],
    ["the history", () => writeFile(path.join(source, ".git/ORIG_HEAD"), "")],
    [
      "installed packages further down",
      () => rm(path.join(source, "packages/inner/node_modules"), { recursive: true }),
    ],
    ["the time of a file", () => utimes(path.join(source, "server.js"), 1, 1)],
  ])("does not change with %s", async (_, change) => {
    const release = await packArtifact(stack, { run: noBuild, signal: NEVER });
    await change();
    expect(await packArtifact(stack, { run: noBuild, signal: NEVER })).toEqual(release);
  });
});

describe("refused", () => {
  const failing = "echo out; echo err >&2; seq 1 30; exit 3";

  test("a build that fails, with its last lines; nothing is left", async () => {
    const temporary = path.join(directory, "tmp");
    await mkdir(temporary);
    vi.stubEnv("TMPDIR", temporary);
    await expect(packArtifact(withApp({ build: failing }), { run: runCommand, signal: NEVER })).rejects.toMatchObject({
      name: "QuintetError",
      fields: {
        message: `The application's build failed: ${failing}`,
        exitCode: 4,
        step: "Build the application",
        detail: [...Array.from({ length: 19 }, (_, index) => String(index + 12)), "err"].join("\n"),
        next: `Make \`${failing}\` succeed in a clean copy of ${source}, then run the same command again.`,
      },
    });
    expect(await readdir(path.join(stack.directory, "artifacts"))).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
  });

  test("a build that was interrupted is no failure of the build", async () => {
    const interrupted = new AbortController();
    const run: RunCommand = async () => {
      interrupted.abort(new Error("interrupted"));
      return { exitCode: undefined, stdout: "", stderr: "" };
    };
    await expect(packArtifact(withApp({ build: "sleep 9" }), { run: run, signal: interrupted.signal })).rejects.toThrow(
      /^interrupted$/,
    );
  });

  test("a source that is not there", async () => {
    const nowhere = path.join(source, "nowhere");
    await expect(packArtifact(withApp({ source: nowhere }), { run: noBuild, signal: NEVER })).rejects.toMatchObject({
      fields: {
        message: `The application's source ${nowhere} cannot be read.`,
        exitCode: 2,
        detail: `ENOENT: no such file or directory, scandir '${nowhere}'`,
        next: "Correct app.source in stack.yml; a relative path is relative to the stack directory.",
      },
    });
  });

  test("a source that is a file, and one with something in it that is none", async () => {
    const message = (name: string) => `The application's source ${name} cannot be read.`;
    const file = path.join(source, "server.js");
    await expect(packArtifact(withApp({ source: file }), { run: noBuild, signal: NEVER })).rejects.toMatchObject({
      fields: { message: message(file), exitCode: 2 },
    });
    const server = createServer().listen(path.join(source, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    await expect(packArtifact(stack, { run: noBuild, signal: NEVER })).rejects.toMatchObject({
      fields: { message: message(source), exitCode: 2, detail: expect.stringContaining("socket") },
    });
    server.close();
  });

  test("a static directory that the build did not make", async () => {
    await expect(packArtifact(withApp({ static: "dist" }), { run: noBuild, signal: NEVER })).rejects.toMatchObject({
      fields: {
        message: "The built application has no directory dist.",
        exitCode: 2,
        next: "Correct app.static in stack.yml, or the build that should make it.",
      },
    });
  });
});

test("the web tier gets no program of PHP, which it would show", async () => {
  await writeFile(path.join(source, "public/index.php"), "<?php secret();");
  const { id } = await packArtifact(withApp({ runtime: "php" }), { run: noBuild, signal: NEVER });
  const paths = async (tier: string) => (await entries(archive(id, tier))).map((entry) => entry.path).join("\n");
  expect(await paths("web")).not.toContain(".php");
  expect(await paths("app")).toContain("public/index.php");
});
