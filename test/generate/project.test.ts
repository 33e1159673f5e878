import { readdirSync } from "node:fs";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { CHECKOUT, STACKS, writeGolden } from "./golden.ts";

const BIN = path.join(CHECKOUT, ".venv/bin");
const PLAYBOOKS = readdirSync(path.join(CHECKOUT, "playbooks"));

/** Every stack of the matrix, in a directory of its own. */
let projects: string;
beforeAll(async () => {
  await access(path.join(BIN, "ansible-lint")).catch(() => {
    throw new Error(`${BIN} has no ansible-lint: run npm run setup -- test`);
  });
  projects = await mkdtemp(path.join(tmpdir(), "quintet-projects-"));
  for (const name of STACKS) await writeGolden(name, path.join(projects, name));
}, 60_000);
afterAll(async () => {
  await rm(projects, { recursive: true, force: true });
});

test.each(STACKS.flatMap((name) => PLAYBOOKS.map((playbook) => [name, playbook] as const)))(
  "%s: ansible-playbook understands %s",
  async (name, playbook) => {
    const result = await runCommand([path.join(BIN, "ansible-playbook"), "--syntax-check", playbook], {
      cwd: path.join(projects, name),
      env: { ANSIBLE_NOCOLOR: "1" },
    });
    expect(result).toEqual({ exitCode: 0, stdout: `\nplaybook: ${playbook}\n`, stderr: "" });
  },
  60_000,
);

test("ansible-lint's production profile has nothing to say about any of them", async () => {
  const result = await runCommand(
    [path.join(BIN, "ansible-lint"), "--offline", "--profile=production", "--strict", "--nocolor"],
    { cwd: projects, env: { PATH: `${BIN}:${process.env["PATH"]}` } },
  );
  expect(result.stdout).toBe("");
  const [, files] =
    /^Passed: 0 failure\(s\), 0 warning\(s\) in (\d+) files processed/m.exec(result.stderr) ??
    expect.fail(result.stderr);
  // Had it not found the projects, it would have nothing to say either.
  expect(Number(files)).toBeGreaterThan(30 * STACKS.length);
  expect(result.exitCode).toBe(0);
}, 300_000);
