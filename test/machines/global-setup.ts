import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { runCommand } from "../../src/command.ts";
import { type TakenDirectory, takeDirectory } from "../../src/lock/directory.ts";
import { quintet, type Run } from "./quintet.ts";
import { whyNoMachines, writeRehearsal } from "./rehearsal.ts";

const APPLICATION = join(import.meta.dirname, "../../examples/guestbook");

/** What the setup did, for tests to look at. */
export interface SetupRuns {
  readonly up: Run;
  readonly install: Run;
}

/**
 * Five machines, once for all tests that need them, as guarded as machines that matter: no root login, sudo asks for a
 * password, SSH on another port. The whole stack is installed on them by flags alone, nobody to be asked. Its stack
 * directory is in QUINTET_TEST_STACK. Where machines cannot be had, that is not set, and the tests say why they are
 * skipped.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if ((await whyNoMachines()) !== undefined) return undefined;
  const turn = await takeTurn();
  const directory = await writeRehearsal({ guarded: true });
  const made = await readFile(join(directory, "stack.yml"), "utf8");
  const teardown = async () => {
    // Whatever the tests have made of it: the machines are those that it said at first.
    await writeFile(join(directory, "stack.yml"), made);
    const down = await quintet(["rehearse", "down", "--stack", directory]);
    await rm(dirname(directory), { recursive: true, force: true });
    await turn.release();
    if (down.exitCode !== 0) throw new Error(`the machines are still there:\n${down.stderr}`);
  };
  const must = async (words: readonly string[]) => {
    const run = await quintet([...words, "--stack", directory]);
    if (run.exitCode === 0) return run;
    await teardown();
    throw new Error(`quintet ${words.join(" ")} failed:\n${run.stderr}`);
  };
  // A run that was killed has left its machines.
  await must(["rehearse", "down"]);
  const up = await must(["rehearse", "up"]);
  process.env["QUINTET_SUDO_PASSWORD"] = (await readFile(join(directory, ".sudo_password"), "utf8")).trim();
  // From nothing: of the rehearsal only the key and the password stay.
  for (const file of ["stack.yml", "known_hosts"]) await rm(join(directory, file));
  const install = await must(["install", ...installFlags(directory, await applicationPackages(dirname(directory)))]);
  const runs: SetupRuns = { up, install };
  await writeFile(join(dirname(directory), "setup.json"), JSON.stringify(runs));
  process.env["QUINTET_TEST_STACK"] = directory;
  return teardown;
}

/** There is one set of machines on this computer: a second run at the same time would take them from the first. */
async function takeTurn(): Promise<TakenDirectory> {
  const claim = { run: String(process.pid), user: "tests", computer: "this", command: "test/machines" };
  const taken = await takeDirectory(join(tmpdir(), "quintet-test-turn"), claim, () => new Date());
  if ("release" in taken) return taken;
  throw new Error(`the machines of the tests are in use by process ${taken.holder.pid} of this computer`);
}

/** What the application is built from, fetched once and not for every run of every test. Gives the command that builds. */
async function applicationPackages(above: string): Promise<string> {
  const cwd = join(above, "packages");
  await mkdir(cwd);
  for (const file of ["package.json", "package-lock.json"]) await cp(join(APPLICATION, file), join(cwd, file));
  const { exitCode, stderr } = await runCommand(["npm", "ci", "--omit=dev", "--omit=peer"], { cwd });
  if (exitCode !== 0) throw new Error(stderr);
  return `cp -R ${cwd}/node_modules .`;
}

/** All that a person would have been asked. */
function installFlags(directory: string, build: string): string[] {
  const hosts = { web1: 11, web2: 12, app1: 21, app2: 22, db1: 31 };
  return [
    ...["--name", "quintet-test", "--accept-host-keys"],
    ...Object.entries(hosts).flatMap(([name, number]) => ["--host", `${name}=10.77.9.${number}`]),
    ...[
      "--ssh-user",
      "deploy",
      "--ssh-port",
      "2222",
      "--ssh-identity",
      relative(process.cwd(), join(directory, "id_ed25519")),
    ],
    ...["--virtual-ip", "10.77.9.100", "--domain", "guestbook.example"],
    ...["--app-source", APPLICATION],
    ...["--app-build", build, "--app-start", "node server.js", "--app-static", "public"],
    ...["--static-path", "/assets", "--static-path", "/robots.txt"],
    ...["--database-name", "guestbook", "--database-buffer-pool-mb", "256"],
    ...["--check-static", "/assets/style.css", "--check-dynamic", "/api/entries", "--check-write", "/api/writes"],
    ...["--rehearsal-sudo", "password"],
  ];
}
