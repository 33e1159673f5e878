import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { eventsOf, quintet } from "../machines/quintet.ts";
import { writeRehearsal } from "../machines/rehearsal.ts";
import { unprivileged } from "./unprivileged.ts";

test("without root, rehearse up says so before it makes anything", async () => {
  const home = await mkdtemp(join(tmpdir(), "quintet-home-"));
  const directory = await writeRehearsal({ name: "no-root", subnet: "10.77.203" });
  await runCommand(["chmod", "-R", "go+rX", join(directory, "..")]);
  try {
    const run = await quintet(["rehearse", "up", "--stack", directory], { before: unprivileged, env: { HOME: home } });
    expect(run.exitCode).toBe(3);
    expect(eventsOf(run, "error")).toMatchObject([
      {
        error: {
          // Other things may be lacking on this computer, too.
          message: expect.stringMatching(
            /^This computer cannot run rehearsal machines: it lacks .*root, or sudo that asks for no password now/,
          ),
          exitCode: 3,
          step: "machines",
          next: expect.stringContaining("sudo -v"),
        },
      },
    ]);
    expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    expect(await readdir(directory)).toEqual(["stack.yml"]);
    expect((await runCommand(["ip", "link", "show", "qb-no-root"])).exitCode).toBe(1);
  } finally {
    await rm(join(directory, ".."), { recursive: true });
    await rm(home, { recursive: true });
  }
});
