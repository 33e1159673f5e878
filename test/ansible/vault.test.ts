import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { decryptVault, encryptVault } from "../../src/ansible/vault.ts";
import { type RunCommand, runCommand } from "../../src/command.ts";
import { ansible } from "./ansible.ts";

// Real programs, on a computer that may be busy.
vi.setConfig({ testTimeout: 60_000 });

let directory: string;
let passwordFile: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quintet-vault-"));
  passwordFile = join(directory, "password");
  await writeFile(passwordFile, "horse battery\n");
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

test("what is encrypted is decrypted again, and never in argv or a file", async () => {
  const argvs: string[] = [];
  const run: RunCommand = (argv, options) => {
    argvs.push(argv.slice(1).join(" "));
    return runCommand(argv, options);
  };
  const vault = { ansible, run, env: {}, passwordFile };
  const encrypted = await encryptVault(vault, "password: ü p@ss\n");
  expect(encrypted).toMatch(/^\$ANSIBLE_VAULT;1\.1;AES256\n/);
  expect(await decryptVault(vault, encrypted)).toBe("password: ü p@ss\n");
  expect(argvs).toEqual(["encrypt --output=- -", "decrypt --output=- -"]);
  expect(await readdir(directory)).toEqual(["password"]);
});

test("a wrong password, a missing one, a file that is not encrypted", async () => {
  const vault = { ansible, run: runCommand, env: {}, passwordFile };
  const encrypted = await encryptVault(vault, "a: 1\n");
  const other = join(directory, "other");
  await writeFile(other, "wrong\n");
  await expect(decryptVault({ ...vault, passwordFile: other }, encrypted)).rejects.toMatchObject({
    fields: {
      message: "The vault password does not open secrets.yml.",
      exitCode: 2,
      step: "ansible-vault decrypt",
      next: `Check the vault password in ${other}.`,
    },
  });
  const missing = join(directory, "missing");
  await expect(decryptVault({ ...vault, passwordFile: missing }, encrypted)).rejects.toMatchObject({
    fields: { detail: `The vault password file ${missing} was not found` },
  });
  await expect(decryptVault(vault, "plain: text\n")).rejects.toMatchObject({
    fields: {
      message: "ansible-vault could not decrypt the secrets.",
      detail: "Input is not vault encrypted data. for -",
    },
  });
});
