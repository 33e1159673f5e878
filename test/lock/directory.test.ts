import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { takeDirectory } from "../../src/lock/directory.ts";

const claim = { run: "r1", user: "kim", computer: "laptop", command: "quintet apply" };
const now = () => new Date("2026-01-02T03:04:05Z");
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quintet-directory-"));
  onTestFinished(() => rm(directory, { recursive: true }));
});

/** Another process that takes the lock and keeps it; what it says of that. */
async function another() {
  const program = `
    import { takeDirectory } from ${JSON.stringify(join(import.meta.dirname, "../../src/lock/directory.ts"))};
    const taken = await takeDirectory(${JSON.stringify(directory)}, ${JSON.stringify(claim)}, () => new Date("2026-01-02T03:03:05Z"));
    console.log("holder" in taken ? "held" : "taken");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  const [line] = await once(createInterface(child.stdout), "line");
  expect(stderr).toBe("");
  return { line, child };
}

test("who has it is told, and SIGKILL frees it", async () => {
  const { line, child } = await another();
  expect(line).toBe("taken");
  expect(await takeDirectory(directory, { ...claim, run: "r2" }, now)).toEqual({
    holder: { claim, pid: String(child.pid), heldMs: 60_000, silentMs: undefined },
  });
  child.kill("SIGKILL");
  await once(child, "close");
  const taken = await takeDirectory(directory, claim, now);
  if ("holder" in taken) expect.fail("still held");
  await taken.release();
});

test("it is free after its release, for this process too", async () => {
  for (let round = 0; round < 2; round += 1) {
    const taken = await takeDirectory(directory, claim, now);
    if ("holder" in taken) expect.fail("still held");
    expect(await takeDirectory(directory, claim, now)).toHaveProperty("holder");
    await taken.release();
  }
  expect((await readdir(join(directory, ".quintet"))).filter((name) => name.endsWith("holder"))).toEqual([]);
});

test("of several that start at the same instant exactly one has it", async () => {
  const runs = await Promise.all([another(), another(), another(), another()]);
  expect(runs.map(({ line }) => line).toSorted()).toEqual(["held", "held", "held", "taken"]);
});

test.each(["", "\0\0", "{\n", "[]\nabc\nsoon\n"])(
  "a holder that cannot be read is somebody unknown: %j",
  async (text) => {
    const taken = await takeDirectory(directory, claim, now);
    if ("holder" in taken) expect.fail("held");
    await writeFile(join(directory, ".quintet/lock.holder"), text);
    expect(await takeDirectory(directory, claim, now)).toEqual({
      holder: { claim: undefined, pid: undefined, heldMs: undefined, silentMs: undefined },
    });
    await taken.release();
  },
);
