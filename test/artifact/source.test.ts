import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "tar";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readSource } from "../../src/artifact/source.ts";
import { runCommand } from "../../src/command.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { goldenStack } from "../generate/golden.ts";

const NEVER = new AbortController().signal;

let directory: string;
let five: Stack;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "quintet-source-"));
  five = await goldenStack("five", path.join(directory, "stack"));
});
afterEach(() => rm(directory, { recursive: true }));

const at = (...names: string[]) => path.join(directory, ...names);

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(at(file)), { recursive: true });
    await writeFile(at(file), text);
  }
}

async function git(...words: string[]): Promise<string> {
  const argv = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", at("app"), ...words];
  const { exitCode, stdout, stderr } = await runCommand(argv);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim();
}

const read = (source: string) => readSource({ ...five, app: { ...five.app, source } }, at("work"), runCommand, NEVER);

test("what Git ignores is left out, at every depth, and .quintetignore has the last word", async () => {
  await write({
    "app/.gitignore": "*.log\n/dist/\n",
    "app/.quintetignore": "!dist/\nnotes.md\n",
    "app/server.js": "",
    "app/a.log": "",
    "app/dist/bundle.js": "",
    "app/notes.md": "",
    "app/deep/.gitignore": "!kept.log\nsecret\n",
    "app/deep/kept.log": "",
    "app/deep/other.log": "",
    "app/deep/secret": "",
    "app/node_modules/x.js": "",
  });
  expect((await read(at("app"))).files).toEqual([
    ".gitignore",
    ".quintetignore",
    "deep/.gitignore",
    "deep/kept.log",
    "dist/bundle.js",
    "server.js",
  ]);
});

describe("a Git address", () => {
  beforeEach(async () => {
    await write({ "app/server.js": "first\n" });
    await git("init", "--quiet", "--initial-branch=main");
    await git("add", ".");
    await git("commit", "--quiet", "--message=first");
  });

  test("is fetched at a branch, a tag or a commit, and its commit is the revision", async () => {
    const first = await git("rev-parse", "--short=12", "HEAD");
    await git("tag", "v1");
    await write({ "app/server.js": "second\n" });
    await git("commit", "--quiet", "--all", "--message=second");
    const second = await git("rev-parse", "--short=12", "HEAD");
    for (const [ref, revision, text] of [
      ["", second, "second\n"],
      ["#main", second, "second\n"],
      ["#v1", first, "first\n"],
      [`#${await git("rev-parse", "v1")}`, first, "first\n"],
      [`#${first.slice(0, 8)}`, first, "first\n"],
    ] as const) {
      const found = await read(`file://${at("app")}${ref}`);
      expect(found.revision, ref).toBe(revision);
      expect(await readFile(path.join(found.directory, "server.js"), "utf8")).toBe(text);
      await rm(at("work"), { recursive: true });
    }
  });

  test("that does not exist is told with what Git says", async () => {
    await expect(read(`file://${at("app")}#nowhere`)).rejects.toMatchObject({
      fields: { exitCode: 2, detail: "There is no branch, tag or commit nowhere." },
    });
    await expect(read(`file://${at("nothing")}`)).rejects.toMatchObject({
      fields: { exitCode: 2, detail: expect.stringContaining("does not appear to be a git repository") },
    });
  });

  test("a directory with changes says so", async () => {
    const revision = await git("rev-parse", "--short=12", "HEAD");
    expect((await read(at("app"))).revision).toBe(revision);
    await write({ "app/server.js": "changed\n" });
    expect((await read(at("app"))).revision).toBe(`${revision}+dirty`);
  });
});

describe("an archive", () => {
  test.each([".tar", ".tar.gz", ".tgz", ".tar.xz", ".zip"])(
    "%s is unpacked, without the one directory around it",
    async (kind) => {
      await write({ "in/shop-1.2/server.js": "hello\n", "in/shop-1.2/bin/start": "#!/bin/sh\n" });
      await runCommand(["chmod", "755", at("in/shop-1.2/bin/start")]);
      const file = at(`shop${kind}`);
      const zip = "import shutil, sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2])";
      const argv =
        kind === ".zip"
          ? ["python3", "-c", zip, at("shop"), at("in")]
          : ["tar", "-C", at("in"), "-caf", file, "shop-1.2"];
      expect(await runCommand(argv)).toMatchObject({ exitCode: 0 });
      const found = await read(file);
      expect(found.files).toEqual(["bin/start", "server.js"]);
      expect(await readFile(path.join(found.directory, "server.js"), "utf8")).toBe("hello\n");
    },
  );

  const hostile = async (name: string, make: () => Promise<unknown>) => {
    await make();
    await expect(read(at(name))).rejects.toMatchObject({
      fields: { exitCode: 2, message: `The archive ${at(name)} is refused.` },
    });
    await expect(readFile(at("escaped"), "utf8")).rejects.toThrow("ENOENT");
  };
  const python = (code: string) => runCommand(["python3", "-c", code, directory]);
  const tarWith = (lines: string) =>
    python(`import io, sys, tarfile
t = tarfile.open(sys.argv[1] + "/shop.tar", "w")
def add(name, **more):
    i = tarfile.TarInfo(name)
    data = b"x"
    i.size = 0 if more else 1
    for k, v in more.items(): setattr(i, k, v)
    t.addfile(i, None if more else io.BytesIO(data))
${lines}
t.close()`);

  test.each([
    ["a path that leads out", 'add("good"); add("../escaped")'],
    ["an absolute path", 'add(sys.argv[1] + "/escaped")'],
    ["a link that leads out", 'add("link", type=tarfile.SYMTYPE, linkname=".."); add("link/escaped")'],
    ["an absolute link", 'add("link", type=tarfile.SYMTYPE, linkname="/etc")'],
    ["a hard link that leads out", 'add("link", type=tarfile.LNKTYPE, linkname="../x")'],
    ["a device", 'add("device", type=tarfile.CHRTYPE)'],
  ])("with %s is refused as a whole", async (_, lines) => {
    await hostile("shop.tar", () => tarWith(lines));
  });

  test("a zip with a path that leads out, or a link, is refused as a whole", async () => {
    const zip = (lines: string) =>
      python(`import sys, zipfile
z = zipfile.ZipFile(sys.argv[1] + "/shop.zip", "w")
${lines}
z.close()`);
    await hostile("shop.zip", () => zip('z.writestr("good", "x"); z.writestr("../escaped", "x")'));
    const link = 'i = zipfile.ZipInfo("link"); i.external_attr = 0o120777 << 16; z.writestr(i, "/etc")';
    await hostile("shop.zip", () => zip(link));
  });

  test("that is none, or is cut off, is refused", async () => {
    await write({ "shop.zip": "not a zip", "whole/file": "x".repeat(100_000) });
    await hostile("shop.zip", async () => {});
    await symlink("file", at("whole/link"));
    await create({ cwd: at("whole"), file: at("whole.tar"), gzip: true }, ["."]);
    await hostile("shop.tgz", async () =>
      writeFile(at("shop.tgz"), (await readFile(at("whole.tar"))).subarray(0, 120)),
    );
  });
});
