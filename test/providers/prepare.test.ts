import { expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { firstLoginArgv } from "../../src/machines/vagrant/first-login.ts";
import { prepareScript } from "../../src/machines/vagrant/prepare.ts";
import { host } from "../nspawn/example.ts";

const web1 = host("web1", "10.77.9.11", { user: "deploy", port: 2222, identity: "/stack/id" });
const script = prepareScript({ host: web1, key: "ssh-ed25519 AAAA me\n", password: undefined });

test("the script is one that a POSIX shell can read", async () => {
  expect(await runCommand(["sh", "-n"], { input: script })).toMatchObject({ exitCode: 0, stderr: "" });
});

test("what it is about stands at its head, and nothing of it is run by the shell", async () => {
  const key = `ssh-ed25519 AAAA $(touch /tmp/owned)'"; id\n`;
  const guarded = { ...web1, machine: { ...web1.machine, sudo: "password" as const } };
  const password = `a'b"$(id)\`id\``;
  const head = prepareScript({ host: guarded, key, password }).split("\nset -eu")[0];
  const show = `printf '%s\\n' "$user" "$key" "$host" "$port" "$suite" "$rule" "$password"`;
  const { stdout } = await runCommand(["sh", "-s"], { input: `${head}\n${show}\n` });
  expect(stdout.split("\n")).toEqual([
    "deploy",
    key.trim(),
    "web1",
    "2222",
    "trixie",
    "deploy ALL=(ALL:ALL) ALL",
    password,
    "",
  ]);
});

test("sudo asks for a password only where stack.yml says so", () => {
  expect(script).toContain("rule='deploy ALL=(ALL:ALL) NOPASSWD: ALL'\n");
  expect(script).toContain("password='*'\n");
  expect(prepareScript({ host: web1, key: "k", password: "SECRET" })).not.toContain("SECRET");
});

test("the first login takes Vagrant's way, with nothing of this user's own settings, and no secret in its words", () => {
  expect(firstLoginArgv("/tmp/x/ssh_config", "web1").join(" ")).toBe(
    "ssh -F /tmp/x/ssh_config -o BatchMode=yes -o ConnectTimeout=20 web1 sudo -n sh -s",
  );
});
