import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { GOLDEN } from "./golden.ts";

// The script as it runs on a host, on this computer: directories that nobody else sees stand where it writes, and
// programs of the test's where it would do something.

const SCRIPT = path.join(GOLDEN, "five/roles/host/files/prepare.sh");

const SANDBOX = `set -e
for at in etc run root; do mount --bind "$HOST/$at" "/$at"; done
mount --bind "$HOST/bin" /usr/sbin
PATH=/usr/sbin:/usr/bin:/bin; export PATH
exec sh -s -- "$@" <"$SCRIPT"
`;

const PROGRAMS = {
  // What is active or enabled is a file of that name; whatever it is asked to do is written down.
  systemctl: `
case "$*" in
  *is-active*) [ -e /run/active ] ;;
  *is-enabled*) [ -e /run/enabled ] ;;
  *show*) echo NeedDaemonReload=no ;;
  *) echo "systemctl $*" >>/run/did ;;
esac`,
  nft: '[ "$*" = "list table inet quintet" ] && [ -e /run/table ]',
  "dpkg-query": 'for package; do :; done; [ "$package" = there ] && printf installed',
  // Says which of its open files are the lock: what it starts would have them, too.
  "apt-get": `
echo "apt-get $*" >>/run/did
ls -l /proc/self/fd | grep /quintet/prepare >>/run/inherited
exit 0`,
} as const;

const OLD = "the rules that were confirmed last\n";
const NOTHING = "table inet quintet\ndelete table inet quintet\n";
const FIREWALL = "quintet-firewall.service";

let host: string;
beforeEach(async () => {
  host = await mkdtemp(path.join(tmpdir(), "quintet-prepare-"));
  for (const directory of ["etc", "run", "root", "bin"]) await mkdir(path.join(host, directory));
  for (const [name, script] of Object.entries(PROGRAMS)) await program(name, script);
  await put("etc/quintet-firewall.nft", OLD);
  await put("etc/quintet-firewall.confirmed.nft", OLD);
});
afterEach(() => rm(host, { recursive: true }));

const put = (file: string, text = "") => writeFile(path.join(host, file), text);
const get = (file: string) => readFile(path.join(host, file), "utf8").catch(() => undefined);

async function program(name: string, script: string): Promise<void> {
  await put(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  await chmod(path.join(host, "bin", name), 0o755);
}

const confirmed = () => get("etc/quintet-firewall.confirmed.nft");
const did = async () => ((await get("run/did")) ?? "").split("\n").filter((line) => !/daemon-reload|^$/.test(line));

async function prepare(...args: string[]) {
  const asRoot = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  const argv = ["unshare", "--mount", ...asRoot, "sh", "-c", SANDBOX, "sh", ...args];
  return runCommand(argv, { env: { HOST: host, SCRIPT }, timeoutMs: 60_000 });
}

describe("the packet filter", () => {
  test("in force: it is left alone", async () => {
    for (const file of ["run/active", "run/enabled", "run/table"]) await put(file);
    expect(await prepare("--", "--")).toMatchObject({ exitCode: 0, stderr: "" });
    expect([await confirmed(), await did()]).toEqual([OLD, []]);
  });

  test.each([
    ["stopped", "run/enabled"],
    ["flushed by somebody", "run/active"],
  ])("%s: old rules do not come into force with nothing to go back from them", async (_, state) => {
    await put(state);
    const { exitCode, stdout } = await prepare("--", "--");
    expect([exitCode, stdout.split("\n")]).toEqual([0, expect.arrayContaining([`start ${FIREWALL}`])]);
    expect(await confirmed()).toBe(NOTHING);
    expect(await did()).toEqual([`systemctl --quiet enable ${FIREWALL}`, `systemctl restart ${FIREWALL}`]);
  });

  test("its rules in force, but not its unit: they stay", async () => {
    await put("run/table");
    expect(await prepare("--", "--")).toMatchObject({ exitCode: 0 });
    expect(await confirmed()).toBe(OLD);
  });

  test("never confirmed: the way back leads to nothing", async () => {
    await rm(path.join(host, "etc/quintet-firewall.confirmed.nft"));
    expect(await prepare("--", "--")).toMatchObject({ exitCode: 0 });
    expect(await confirmed()).toBe(NOTHING);
  });

  test("merely not enabled: it is enabled, and what is in force stays in force", async () => {
    for (const file of ["run/active", "run/table"]) await put(file);
    const { stdout } = await prepare("--", "--");
    expect(stdout.split("\n")).toContain(`enable ${FIREWALL}`);
    expect([await confirmed(), await did()]).toEqual([OLD, [`systemctl --quiet enable ${FIREWALL}`]]);
  });

  test("in check mode nothing is changed, and no lock is taken", async () => {
    const { exitCode, stdout } = await prepare("--check", "lacking", "--", "--");
    expect([exitCode, stdout.split("\n")]).toEqual([
      0,
      expect.arrayContaining(["install lacking", `start ${FIREWALL}`]),
    ]);
    expect([await confirmed(), await did(), await get("run/quintet/prepare")]).toEqual([OLD, [], undefined]);
  });
});

test("packages that are there are not upgraded along with those that are lacking", async () => {
  expect(await prepare("there", "lacking", "--", "--")).toMatchObject({ exitCode: 0 });
  const [install] = (await did()).filter((line) => line.startsWith("apt-get install"));
  expect(install).toMatch(/ --no-upgrade .* there lacking$/);
});

describe("two at once", () => {
  test("the second looks at the host when the first has ended", async () => {
    await program(
      "apt-get",
      "case $1 in update) echo begun >>/run/did; read -r _ </run/go; echo ended >>/run/did ;; esac",
    );
    await runCommand(["mkfifo", path.join(host, "run/go")]);
    const first = prepare("lacking", "--", "--");
    await expect.poll(did, { timeout: 30_000 }).toEqual(["begun"]);
    await program("flock", 'echo waits >>/run/did; exec /usr/bin/flock "$@"');
    const second = prepare("there", "--", "--");
    await expect.poll(did, { timeout: 30_000 }).toEqual(["begun", "waits"]);
    await put("run/go", "\n");
    expect([await first, await second]).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
    const enabled = `systemctl --quiet enable ${FIREWALL}`;
    const started = `systemctl restart ${FIREWALL}`;
    expect(await did()).toEqual(["begun", "waits", "ended", enabled, started, enabled, started]);
  }, 90_000);

  test("it does not wait for ever, and changes nothing then", async () => {
    await program("flock", '[ "$1 $2" = "--timeout 120" ] && exit 1');
    const { exitCode, stderr } = await prepare("lacking", "--", "--");
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("still installing packages here")]);
    expect([await confirmed(), await did()]).toEqual([OLD, []]);
  });

  test("what an installation starts does not keep the lock", async () => {
    expect(await prepare("lacking", "--", "--")).toMatchObject({ exitCode: 0 });
    expect(await get("run/inherited")).toBe("");
  });
});
