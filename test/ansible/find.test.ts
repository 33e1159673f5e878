import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureAnsible, findAnsible, privateEnvironment } from "../../src/ansible/find.ts";
import { isRecentEnough, parseVersion } from "../../src/ansible/version.ts";
import type { RunCommand } from "../../src/command.ts";
import type { Event } from "../../src/events.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "quintet-find-"));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function programs(directory: string, ...names: string[]): Promise<string> {
  await mkdir(directory, { recursive: true });
  for (const name of names) {
    await writeFile(join(directory, name), "");
    await chmod(join(directory, name), 0o755);
  }
  return directory;
}

const says = (version: string) => `ansible-playbook [core ${version}]\n  config file = None\n`;

/** Answers like the programs it stands for; `python -m venv` makes the files that a real one makes. */
function world(versions: Record<string, string>, pipExitCode = 0) {
  const calls: string[][] = [];
  const run: RunCommand = async (argv) => {
    calls.push([...argv]);
    if (argv[2] === "venv") {
      await programs(join(argv[3] ?? "", "bin"), "python", "ansible-playbook", "ansible-vault");
    }
    if (argv[2] === "pip") return { exitCode: pipExitCode, stdout: "", stderr: "no network\n" };
    if (argv[1] === "--version") {
      const directory = Object.keys(versions).find((directory) => argv[0]?.startsWith(directory));
      return { exitCode: 0, stdout: says(versions[directory ?? ""] ?? "2.19.14"), stderr: "" };
    }
    return { exitCode: 0, stdout: "3.11\n", stderr: "" };
  };
  return { calls, run, env: { HOME: root, PATH: "" } as Record<string, string> };
}

test("versions are read and compared", () => {
  expect(parseVersion(says("2.19.14"))).toBe("2.19.14");
  expect(parseVersion("ansible-playbook 2.9.6")).toBeUndefined();
  expect(["2.9.27", "2.18.9", "2.19.0", "2.21.5", "3.0.0"].map(isRecentEnough)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});

test("the private environment is in XDG_DATA_HOME, which must be absolute", () => {
  expect(privateEnvironment({ HOME: "/home/me" })).toBe("/home/me/.local/share/quintet/venv");
  expect(privateEnvironment({ HOME: "/home/me", XDG_DATA_HOME: "/data" })).toBe("/data/quintet/venv");
  expect(privateEnvironment({ HOME: "/home/me", XDG_DATA_HOME: "data" })).toBe("/home/me/.local/share/quintet/venv");
});

test("the first one on PATH that is new enough and whole", async () => {
  const [old, half, good] = [join(root, "old"), join(root, "half"), join(root, "good")];
  await programs(old, "ansible-playbook", "ansible-vault");
  await programs(half, "ansible-playbook");
  await programs(good, "ansible-playbook", "ansible-vault");
  const { run, env } = world({ [old]: "2.16.3", [good]: "2.20.1" });
  env["PATH"] = `relative:${old}:${half}:${good}`;
  expect(await findAnsible({ run, env })).toEqual({
    playbook: join(good, "ansible-playbook"),
    vault: join(good, "ansible-vault"),
    version: "2.20.1",
  });
});

test("none, then a private one is made once and found again", async () => {
  const { run, env, calls } = world({});
  expect(await findAnsible({ run, env })).toBeUndefined();
  const events: Event[] = [];
  const made = await ensureAnsible({ run, env }, (event) => events.push(event));
  const bin = join(root, ".local/share/quintet/venv/bin");
  expect(made).toEqual({
    playbook: join(bin, "ansible-playbook"),
    vault: join(bin, "ansible-vault"),
    version: "2.19.14",
  });
  expect(events.map((event) => [event.type, "status" in event && event.status])).toEqual([
    ["step-started", false],
    ["step-finished", "done"],
  ]);
  const before = calls.length;
  expect(await ensureAnsible({ run, env }, () => {})).toEqual(made);
  expect(calls.length).toBe(before);
});

test("one that was made from other requirements is made anew, and the old one goes", async () => {
  const { run, env } = world({});
  await ensureAnsible({ run, env }, () => {});
  const data = join(root, ".local/share/quintet");
  await writeFile(join(data, "venv/quintet.txt"), "2.17.1\nansible-core==2.17.1\n");
  const before = await readdir(data);
  expect((await ensureAnsible({ run, env }, () => {})).version).toBe("2.19.14");
  const after = await readdir(data);
  expect(after.length).toBe(2);
  expect(after).not.toEqual(before);
  expect(await readFile(join(data, "venv/quintet.txt"), "utf8")).toMatch(/^2\.19\.14\n/);
});

test("one whose Python is gone is not found", async () => {
  const { run, env } = world({});
  await ensureAnsible({ run, env }, () => {});
  await rm(join(root, ".local/share/quintet/venv/bin/python"));
  expect(await findAnsible({ run, env })).toBeUndefined();
});

test("pip without network: an error with the next step, and nothing half-made is left", async () => {
  const { run, env } = world({}, 1);
  await expect(ensureAnsible({ run, env }, () => {})).rejects.toMatchObject({
    fields: {
      message: "pip could not install ansible-core.",
      exitCode: 3,
      detail: "no network",
      next: "Check that this computer reaches the Python Package Index (or the mirror in pip's configuration), then run the same command again.",
    },
  });
  expect(await readdir(join(root, ".local/share/quintet"))).toEqual([]);
});
