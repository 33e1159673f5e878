import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { quintet, type Run } from "./quintet.ts";
import { whyNoMachines, writeRehearsal } from "./rehearsal.ts";

/** What the setup did, for road.test.ts to look at. */
export interface SetupRuns {
  readonly up: Run;
  readonly plan: Run;
  readonly apply: Run;
}

/**
 * Five machines with the whole stack, once for all tests that need them: their stack directory is in
 * QUINTET_TEST_STACK. Where machines cannot be had, that is not set, and the tests say why they are skipped.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if ((await whyNoMachines()) !== undefined) return undefined;
  const directory = await writeRehearsal();
  const teardown = async () => {
    const down = await quintet(["rehearse", "down", "--stack", directory]);
    await rm(dirname(directory), { recursive: true, force: true });
    if (down.exitCode !== 0) throw new Error(`the machines are still there:\n${down.stderr}`);
  };
  const must = async (words: readonly string[], exitCode = 0) => {
    const run = await quintet([...words, "--stack", directory]);
    if (run.exitCode === exitCode) return run;
    await teardown();
    throw new Error(`quintet ${words.join(" ")} failed:\n${run.stderr}`);
  };
  const runs: SetupRuns = {
    up: await must(["rehearse", "up"]),
    plan: await must(["plan"], 10),
    apply: await must(["apply"]),
  };
  await writeFile(join(dirname(directory), "setup.json"), JSON.stringify(runs));
  process.env["QUINTET_TEST_STACK"] = directory;
  return teardown;
}
