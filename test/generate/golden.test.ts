import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { GOLDEN, goldenStack, renderGolden, STACKS } from "./golden.ts";

// After a change of templates/: run this file with -u, then read `git diff test/golden`.

/** This stack is stored whole; of every other stack, what differs from it. */
const WHOLE = "five";
const whole = await renderGolden(await goldenStack(WHOLE));

describe.each(STACKS)("%s", async (name) => {
  const rendered = await renderGolden(await goldenStack(name));
  const stored = [...rendered].filter(([file, content]) => name === WHOLE || whole.get(file) !== content);

  test.each(stored)("%s", async (file, content) => {
    await expect(content).toMatchFileSnapshot(path.join(GOLDEN, name, file));
  });

  test("nothing is stored that is not rendered any more", async () => {
    const expected = new Set(stored.map(([file]) => file));
    const stale = (await filesBelow(path.join(GOLDEN, name))).filter((file) => !expected.has(file));
    if (isUpdate()) await Promise.all(stale.map((file) => rm(path.join(GOLDEN, name, file))));
    else expect(stale).toEqual([]);
  });
});

test("every stored rendering is of a stack that there is", async () => {
  if (isUpdate()) return; // those of a new stack are written at the end
  expect((await readdir(GOLDEN)).sort()).toEqual([...STACKS, "stacks"].sort());
});

async function filesBelow(directory: string): Promise<string[]> {
  if (!existsSync(directory)) return [];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)));
}

/** Whether vitest runs with -u; it updates snapshots itself, but does not know of those that nobody asks for. */
function isUpdate(): boolean {
  return Reflect.get(expect.getState().snapshotState, "_updateSnapshot") === "all";
}
