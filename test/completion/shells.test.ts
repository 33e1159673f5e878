import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runCommand } from "../../src/command.ts";
import { program } from "../machines/quintet.ts";
import { stackText } from "../stack/example.ts";

// Shells on a computer that may be busy.
vi.setConfig({ testTimeout: 60_000 });

let here: string;
const path = () => `${here}/bin:${process.env["PATH"]}`;
beforeAll(async () => {
  here = await mkdtemp(join(tmpdir(), "quintet-shells-"));
  for (const name of ["shop", "blog"]) {
    await mkdir(join(here, "inventories", name), { recursive: true });
    await writeFile(join(here, "inventories", name, "stack.yml"), stackText());
  }
  await mkdir(join(here, "bin"));
  await mkdir(join(here, "a place/shop"), { recursive: true });
  await symlink(program, join(here, "bin/quintet"));
  await symlink(program, join(here, "quintet"));
  await writeFile(join(here, "secret.txt"), "");
  await cp(join(here, "inventories/shop/stack.yml"), join(here, "a place/shop/stack.yml"));
});
afterAll(() => rm(here, { recursive: true }));

/** A shell at a terminal that has loaded the script. */
async function start(shell: string, load: string) {
  // zsh edits as vi does where EDITOR says vi, as npm has it.
  const env = {
    ...process.env,
    PATH: path(),
    HOME: here,
    TERM: "xterm",
    EDITOR: "emacs",
    VISUAL: "",
    ZDOTDIR: here,
    HISTFILE: "",
  };
  const command = `stty cols 200 rows 50; exec env PS1='ready> ' ${shell}`;
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], { cwd: here, env });
  let screen = "";
  let look = () => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen += text;
    look();
  });
  const until = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${pattern} on the screen, but:\n${screen}`)), 20_000);
      look = () => {
        const found = pattern.exec(stripVTControlCharacters(screen));
        if (found === null) return;
        clearTimeout(timer);
        resolve(found);
      };
      look();
    });
  // What is typed before it asks may get lost.
  await until(/ready> /);
  child.stdin.write(`${load}; echo lo""aded\r`);
  await until(/loaded/);
  return {
    /** Types, presses Tab, and gives what was listed on the way and the command line that it led to. */
    async complete(typed: string): Promise<{ line: string; listed: string }> {
      screen = "";
      child.stdin.write(`${typed}\t`);
      // Ctrl-A: to the beginning of the line.
      child.stdin.write("\u0001echo 'RE''SULT:' '\u0005'\r");
      const [, line = ""] = await until(/RESULT: (.*?) *\r?\n/);
      return { line, listed: stripVTControlCharacters(screen) };
    },
    end() {
      child.kill();
    },
  };
}

const LOAD = {
  bash: ["bash --norc --noprofile -i", "bind 'set show-all-if-ambiguous on'; source <(quintet completion bash)"],
  zsh: ["zsh -f -i", "autoload -Uz compinit; compinit -u -D; source <(quintet completion zsh)"],
} as const;

describe.each(["bash", "zsh"] as const)("%s", (shell) => {
  let session: Awaited<ReturnType<typeof start>> | undefined;
  beforeAll(async () => {
    const [command, load] = LOAD[shell];
    session = await start(command, `${load}; ${load.split("; ").at(-1)}`); // twice does no harm
  });
  afterAll(() => session?.end());
  const complete = async (typed: string) => {
    if (session === undefined) throw new Error("the shell did not start");
    return session.complete(typed);
  };

  test.each([
    ["quintet app", "quintet apply"],
    ["quintet rehearse sta", "quintet rehearse status"],
    ["quintet apply --lim", "quintet apply --limit"],
    ["quintet apply --stack s", "quintet apply --stack shop"],
    ["quintet apply --stack=s", "quintet apply --stack=shop"],
    ["quintet apply --stack=shop --limit d", "quintet apply --stack=shop --limit d"],
    ["quintet apply --stack shop --limit web1,db", "quintet apply --stack shop --limit web1,db1"],
    ["quintet apply --stack shop --limit=lo", "quintet apply --stack shop --limit=loadbalancer"],
    ["./quintet apply --sudo-password-file se", "./quintet apply --sudo-password-file secret.txt"],
    ["~/bin/quintet completion f", "~/bin/quintet completion fish"],
    ["quintet rehearse --provider sys", "quintet rehearse --provider systemd-nspawn"],
    ["quintet rehearse --provider vagrant:lib", "quintet rehearse --provider vagrant:libvirt"],
    ["quintet rehearse up --provider=vagrant:lx", "quintet rehearse up --provider=vagrant:lxc"],
    ["quintet apply --stack ./a\\ pl", "quintet apply --stack ./a\\ place"],
    ['quintet apply --stack "$(touch owned)" --verb', 'quintet apply --stack "$(touch owned)" --verbose'],
  ])("%s", async (typed, line) => {
    expect((await complete(typed)).line.replace(/\/$/, "")).toBe(line);
    expect(await readdir(here)).not.toContain("owned");
  });

  test.each([
    ["quintet apply --", ["--stack", "--json", "--limit", "--yes", "--accept-host-keys", "--help"]],
    ["quintet apply --stack ", ["blog", "shop"]],
    ["quintet apply --stack shop --limit ", ["app", "app1", "app2", "database", "db1", "loadbalancer", "web", "web1"]],
    ["quintet completion ", ["bash", "fish", "zsh"]],
  ])("%s lists", async (typed, words) => {
    const { listed } = await complete(typed);
    const found = new Set(listed.split(/\s+/));
    expect(words.filter((word) => !found.has(word))).toEqual([]);
    expect(found).not.toContain("secret.txt");
  });
});

describe("fish", () => {
  beforeAll(async () => {
    const { stdout } = await runCommand([program, "completion", "fish"]);
    await writeFile(join(here, "quintet.fish"), stdout);
  });

  test.each([
    ["quintet app", ["apply"]],
    ["quintet apply --sta", ["--stack"]],
    ["quintet apply --stack ", ["blog", "shop"]],
    ["quintet apply --stack=s", ["--stack=shop"]],
    ["quintet apply --stack shop --limit web1,app", ["web1,app1", "web1,app2", "web1,app"]],
    ["quintet apply --stack=shop --limit=lo", ["--limit=loadbalancer"]],
    ["./quintet apply --sudo-password-file se", ["secret.txt"]],
    ["./quintet apply --sudo-password-file=se", ["--sudo-password-file=secret.txt"]],
    ["~/bin/quintet completion f", ["fish"]],
    ["quintet apply --stack ./a\\ pl", ["./a place/"]],
    ["quintet apply (touch owned) --verb", ["--verbose"]],
  ])("%s", async (typed, words) => {
    const script = "source quintet.fish; source quintet.fish; complete -C $argv[1]";
    const env = { PATH: path(), HOME: here };
    const run = await runCommand(["fish", "--no-config", "-c", script, typed], { cwd: here, env });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(
      run.stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split("\t")[0]),
    ).toEqual(words);
    expect(await readdir(here)).not.toContain("owned");
  });
});
