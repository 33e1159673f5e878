import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type GenerationPlan, hash } from "../../src/generate/manifest.ts";
import { cannotWrite, finishWrite, writeProject } from "../../src/generate/write.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "quintet-write-"));
});
afterEach(async () => {
  await chmod(directory, 0o755);
  await rm(directory, { recursive: true, force: true });
});

function planTo(write: Record<string, string>, remove: string[] = []): GenerationPlan {
  const manifest = new Map(Object.entries(write).map(([file, content]) => [file, hash(content)]));
  return { write: new Map(Object.entries(write)), remove, unchanged: [], kept: [], manifest };
}

/** Every file below the directory with its content, but for the manifest. */
async function content(): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== ".generated.json");
  const read = files.map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    return [path.relative(directory, file), await readFile(file, "utf8")] as const;
  });
  return Object.fromEntries((await Promise.all(read)).sort());
}

/** A file of the stack directory, with the directories that it is in. */
async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
  await writeFile(path.join(directory, file), text);
}

test("writes, replaces and removes, with the directories that become empty, and leaves nothing else behind", async () => {
  await writeProject(directory, planTo({ "site.yml": "old", "roles/web/tasks/main.yml": "web", "roles/app/a": "app" }));
  await put("roles/app/theirs", "theirs");
  await writeProject(directory, planTo({ "site.yml": "new" }, ["roles/web/tasks/main.yml", "roles/app/a"]));
  expect(await content()).toEqual({ "site.yml": "new", "roles/app/theirs": "theirs" });
  expect(await readdir(path.join(directory, "roles"))).toEqual(["app"]);
  expect(await readFile(path.join(directory, ".generated.json"), "utf8")).toContain(`"site.yml": "${hash("new")}"`);
  expect(await readdir(path.join(directory, ".quintet"))).toEqual([]);
});

test("a failure while it writes leaves the project that was there whole", async () => {
  await writeProject(directory, planTo({ "site.yml": "old", "hosts.yml": "old" }));
  // The second file needs a directory where the first is a file.
  const failing = planTo({ "hosts.yml": "new", "site.yml": "new", "site.yml/main.yml": "new" }, ["hosts.yml"]);
  await expect(writeProject(directory, failing)).rejects.toMatchObject({
    name: "QuintetError",
    fields: { exitCode: 2, step: "Generate the Ansible project", detail: expect.stringMatching(/^(EEXIST|ENOTDIR)/) },
  });
  await finishWrite(directory);
  expect(await content()).toMatchObject({ "site.yml": "old", "hosts.yml": "old" });
  // What was left behind is in nobody's way.
  await writeProject(directory, planTo({ "site.yml": "newer" }));
  expect(await content()).toEqual({ "site.yml": "newer", "hosts.yml": "old" });
});

test("a run that died before it decided changes nothing", async () => {
  await put("site.yml", "old");
  await put(".quintet/staging/files/site.yml", "half");
  await finishWrite(directory);
  expect(await content()).toEqual({ "site.yml": "old", ".quintet/staging/files/site.yml": "half" });
});

test("a run that died after it decided is finished by the next", async () => {
  // It had moved hosts.yml already, and removed nothing yet.
  await put("hosts.yml", "new");
  await put("site.yml", "old");
  await put("roles/web/main.yml", "gone");
  await put(".quintet/commit/files/site.yml", "new");
  await put(".quintet/commit/files/roles/app/main.yml", "new");
  await put(".quintet/commit/remove.json", '["roles/web/main.yml", "removed-already.yml"]');
  await finishWrite(directory);
  const whole = { "hosts.yml": "new", "site.yml": "new", "roles/app/main.yml": "new" };
  expect(await content()).toEqual(whole);
  await finishWrite(directory);
  expect(await content()).toEqual(whole);
});

test("a run that died while it cleaned up is in nobody's way", async () => {
  await put("site.yml", "old");
  await mkdir(path.join(directory, ".quintet/commit/files/roles"), { recursive: true });
  await finishWrite(directory);
  await writeProject(directory, planTo({ "site.yml": "new" }));
  expect(await content()).toEqual({ "site.yml": "new" });
});

test("a directory that is none is a fault of the user's", async () => {
  await put("file", "a file");
  const file = path.join(directory, "file");
  await expect(writeProject(file, planTo({ "site.yml": "new" }))).rejects.toMatchObject({
    fields: { message: expect.stringContaining(`The stack directory ${file} cannot be written`), exitCode: 2 },
  });
});

test.each([
  ["EACCES", "you may not write there"],
  ["EPERM", "you may not write there"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "your disk quota is used up"],
  ["EISDIR", "/stacks/shop/x is a directory"],
  ["EIO", "EIO: says the system"],
])("%s of the file system in words: %s", (code, words) => {
  const cause = Object.assign(new Error(`${code}: says the system`), { code, path: "/stacks/shop/x" });
  expect(cannotWrite("/stacks/shop", cause)).toMatchObject({
    fields: {
      message: `The stack directory /stacks/shop cannot be written: ${words}.`,
      exitCode: 2,
      detail: `${code}: says the system`,
      next: "Mend that, then run the same command again; the project that was there before is untouched.",
    },
  });
});

test("a fault that is not the file system's stays what it is", () => {
  const defect = new TypeError("a defect of ours");
  expect(cannotWrite("/stacks/shop", defect)).toBe(defect);
});
