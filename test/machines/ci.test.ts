import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { runWorkflow, type StepResult } from "../ci/run-workflow.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { directory, inside } from "./shared.ts";

const reason = await whyNoMachines();
const CHECKOUT = join(import.meta.dirname, "../..");

/** docs/ci.md as somebody would paste it: a fresh clone, secrets in the environment, the shared machines. */
describe.skipIf(reason !== undefined)(`docs/ci.md${reason === undefined ? "" : `: ${reason}`}`, () => {
  let above: string;
  let workspace: string;
  let secrets: Record<string, string>;
  beforeAll(async () => {
    above = await mkdtemp(join(tmpdir(), "quintet-ci-"));
    workspace = join(above, "workspace");
    await cloneInto(workspace);
    secrets = await secretsOf(directory);
    const home = join(above, "home");
    await mkdir(join(home, ".local/share"), { recursive: true });
    // What the workflow's cache brings.
    await symlink(join(homedir(), ".local/share/quintet"), join(home, ".local/share/quintet"));
  });
  afterAll(() => rm(above, { recursive: true }));

  const run = (event: "push" | "pull_request", others: Record<string, string> = {}) =>
    runWorkflow({
      event,
      workspace,
      secrets: { ...secrets, ...others },
      runner: { HOME: join(above, "home"), PATH: process.env["PATH"] ?? "" },
    });
  const told = (steps: readonly StepResult[]) => steps.map(({ name, exitCode }) => `${name}: ${exitCode}`);
  const SET_UP = ["Set up Quintet: 0", "Put the SSH key and the pinned host keys in place: 0"];

  test("a pull request shows what would change, and changes nothing", async () => {
    await inside("web1", "echo '# edited' >>/etc/nginx/nginx.conf");
    const steps = await run("pull_request");
    expect(told(steps), steps.at(-1)?.stderr).toEqual([...SET_UP, "Plan: 0"]);
    expect(steps.at(-1)?.summary).toMatch(/^## .* quintet plan/);
    expect(steps.at(-1)?.summary).toContain("web1");
    expect(await inside("web1", "tail -n 1 /etc/nginx/nginx.conf")).toBe("# edited");
    await noSecretIn(steps);
  });

  test("what is merged is applied and verified", async () => {
    const steps = await run("push");
    expect(told(steps), steps.at(-1)?.stderr).toEqual([...SET_UP, "Apply: 0", "Verify: 0"]);
    const [, , apply, verify] = steps;
    expect(apply?.summary).toMatch(/^## ✅ quintet apply: passed\n/);
    expect(apply?.summary).toMatch(/^\| web1 \| done: \d+ changed \| [1-9]\d* \| 0 \|$/m);
    expect(apply?.summary).toMatch(/^\| db1 \| done: nothing to change \| 0 \| 0 \|$/m);
    expect(verify?.summary).toContain("### Checks\n\n| check | host | result | found |");
    expect(await inside("web1", "tail -n 1 /etc/nginx/nginx.conf")).not.toBe("# edited");
    await noSecretIn(steps);

    const again = await run("pull_request");
    expect(told(again)).toEqual([...SET_UP, "Plan: 0"]);
  });

  test("a fault in stack.yml stands at its line, and the pull request fails", async () => {
    const file = join(workspace, "inventories/shop/stack.yml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("port: 3000", "port: 70000"));
    try {
      const steps = await run("pull_request");
      expect(told(steps)).toEqual([...SET_UP, "Plan: 1"]);
      const line = text.slice(0, text.indexOf("port: 3000")).split("\n").length;
      expect(steps.at(-1)?.stderr).toMatch(
        new RegExp(
          `^::error file=inventories/shop/stack\\.yml,line=${line},col=\\d+,title=quintet plan::app\\.port: 70000 `,
          "m",
        ),
      );
      expect(steps.at(-1)?.summary).toContain("failed (exit code 2)");
    } finally {
      await writeFile(file, text);
    }
  });

  test("without the vault's password nothing is changed, and it says how to give it", async () => {
    const steps = await run("push", { QUINTET_VAULT_PASSWORD: "" });
    expect(told(steps)).toEqual([...SET_UP, "Apply: 2"]);
    expect(steps.at(-1)?.stderr).toMatch(/^::error .*QUINTET_VAULT_PASSWORD/m);
  });

  /** Neither in what the steps said nor in any file of the clone. */
  async function noSecretIn(steps: readonly StepResult[]) {
    const said = steps.map(({ stdout, stderr, summary }) => stdout + stderr + summary).join("\n");
    const files = await readdir(join(workspace, "inventories"), { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map((file) => readFile(join(file.parentPath, file.name), "utf8"));
    const all = [said, ...(await Promise.all(texts))].join("\n");
    for (const [name, secret] of Object.entries(secrets)) {
      if (name !== "KNOWN_HOSTS") expect(all.includes(secret.trim()), name).toBe(false);
    }
    expect(files.map(({ name }) => name)).not.toContain(".vault_password");
  }
});

/** A repository that holds Quintet and, in inventories/shop, what of the shared stack would be committed. */
async function cloneInto(workspace: string): Promise<void> {
  const stack = join(workspace, "inventories/shop");
  await mkdir(join(stack, ".."), { recursive: true });
  for (const entry of await readdir(CHECKOUT)) {
    if (entry !== "inventories" && entry !== ".git") await symlink(join(CHECKOUT, entry), join(workspace, entry));
  }
  await cp(directory, stack, { recursive: true, verbatimSymlinks: true });
  for (const words of [
    ["init", "--quiet"],
    ["clean", "--quiet", "--force", "-d", "-X"],
  ]) {
    const { exitCode, stderr } = await runCommand(["git", ...words], { cwd: stack });
    if (exitCode !== 0) throw new Error(stderr);
  }
  await rm(join(stack, ".git"), { recursive: true });
  const text = await readFile(join(stack, "stack.yml"), "utf8");
  await writeFile(join(stack, "stack.yml"), text.replace("identity: ./id_ed25519", "identity: ~/.ssh/id_ed25519"));
}

/** What the owner of the stack would put into the repository's secrets. */
async function secretsOf(directory: string): Promise<Record<string, string>> {
  const text = (file: string) => readFile(join(directory, file), "utf8").then((content) => content.trimEnd());
  const asksForPassword = await stat(join(directory, ".sudo_password")).then(
    () => true,
    () => false,
  );
  return {
    SSH_KEY: await text("id_ed25519"),
    QUINTET_VAULT_PASSWORD: await text(".vault_password"),
    ...(asksForPassword ? { QUINTET_SUDO_PASSWORD: await text(".sudo_password") } : {}),
  };
}
