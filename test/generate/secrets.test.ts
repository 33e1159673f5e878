import { mkdtemp, mkdtempDisposable, readdir, readFile, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { runCommand } from "../../src/command.ts";
import { ensureSecrets, type Vault } from "../../src/generate/secrets.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { goldenStack } from "./golden.ts";

const NOW = new Date();
const ALL = [
  "the database password",
  "the certificate authority",
  "the site's certificate",
  "the database's certificate",
];
const DAY_MS = 24 * 60 * 60 * 1000;

/** Stands in for ansible-vault: nothing of the text can be read in what it writes. */
class FakeVault implements Vault {
  readonly calls: string[] = [];
  async encrypt(text: string, passwordFile: string): Promise<string> {
    this.calls.push(`encrypt with ${path.basename(passwordFile)}`);
    return `$FAKE_VAULT;${await readFile(passwordFile, "utf8")}${Buffer.from(text).toString("hex")}`;
  }
  async decrypt(text: string, passwordFile: string): Promise<string> {
    this.calls.push(`decrypt with ${path.basename(passwordFile)}`);
    const head = `$FAKE_VAULT;${await readFile(passwordFile, "utf8")}`;
    if (!text.startsWith(head)) throw new Error("wrong password");
    return Buffer.from(text.slice(head.length), "hex").toString();
  }
}

let directory: string;
let vault: FakeVault;
let stack: Stack;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "quintet-secrets-"));
  vault = new FakeVault();
  stack = await goldenStack("five", directory);
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const at = (file: string) => path.join(directory, file);

async function read(): Promise<Record<string, string>> {
  const files = [".vault_password", "secrets.yml", "files/ca.pem", "files/site.crt", "files/database.crt"];
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(at(file), "utf8")])));
}

async function secrets(): Promise<Record<string, string>> {
  return parse(await vault.decrypt(await readFile(at("secrets.yml"), "utf8"), at(".vault_password")));
}

async function openssl(...argv: string[]): Promise<string> {
  const result = await runCommand(["openssl", ...argv], { cwd: directory });
  expect(result).toMatchObject({ exitCode: 0 });
  return result.stdout;
}

describe("made once", () => {
  test("everything the first time, nothing the second", async () => {
    expect(await ensureSecrets(stack, vault, NOW)).toEqual(ALL);
    const before = await read();
    vault.calls.length = 0;
    expect(await ensureSecrets(stack, vault, NOW)).toEqual([]);
    expect(vault.calls).toEqual([]);
    expect(await read()).toEqual(before);
  });

  test.each(["ipv6", "hostile"])("also for the addresses of %s", async (name) => {
    stack = await goldenStack(name, directory);
    expect(await ensureSecrets(stack, vault, NOW)).toEqual(ALL);
    expect(await ensureSecrets(stack, vault, NOW)).toEqual([]);
  });

  test("two stacks have nothing in common, and a password is 192 random bits", async () => {
    await ensureSecrets(stack, vault, NOW);
    const [one, first] = [await secrets(), await read()];
    await rm(directory, { recursive: true });
    await ensureSecrets(stack, vault, NOW);
    const [other, second] = [await secrets(), await read()];
    expect(Object.keys(one).sort()).toEqual([
      "vault_authority_key",
      "vault_database_key",
      "vault_database_password",
      "vault_site_key",
    ]);
    for (const [name, value] of Object.entries(one)) expect(other[name]).not.toBe(value);
    for (const [file, text] of Object.entries(first)) expect(second[file]).not.toBe(text);
    expect(one["vault_database_password"]).toMatch(/^[\w-]{32}$/);
    expect(first[".vault_password"]).toMatch(/^[\w-]{32}\n$/);
  });
});

test("no private key and no password in any file that is not encrypted", async () => {
  await ensureSecrets(stack, vault, NOW);
  const { vault_database_password: password = "", ...keys } = await secrets();
  for (const key of Object.values(keys)) expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  const found: string[] = [];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const text = await readFile(path.join(entry.parentPath, entry.name), "utf8");
    found.push(entry.name);
    expect(text).not.toContain("PRIVATE KEY");
    expect(text).not.toContain(password);
  }
  expect(found.sort()).toEqual([".vault_password", "ca.pem", "database.crt", "secrets.yml", "site.crt"]);
  const modes = await Promise.all([".vault_password", "secrets.yml"].map(async (file) => (await stat(at(file))).mode));
  expect(modes.map((mode) => (mode & 0o777).toString(8))).toEqual(["600", "600"]);
});

describe("made anew", () => {
  beforeEach(async () => {
    await ensureSecrets(stack, vault, NOW);
  });

  const later = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
  const withDatabase = (change: object): Stack => ({
    ...stack,
    hosts: stack.hosts.map((host) => (host.name === "db1" ? { ...host, ...change } : host)),
  });
  const SITE = ["the site's certificate"];
  const DATABASE = ["the database's certificate"];

  test.each<[string, () => Stack, number, string[]]>([
    ["the domain changes", () => ({ ...stack, site: { ...stack.site, domain: "other.example" } }), 0, SITE],
    ["the virtual IP changes", () => ({ ...stack, virtualIp: { ...stack.virtualIp, address: "192.0.2.99" } }), 0, SITE],
    ["the database's address changes", () => withDatabase({ privateAddress: "192.0.2.32" }), 0, DATABASE],
    ["only the database's outer address changes", () => withDatabase({ address: "192.0.2.32" }), 0, []],
    ["31 days are left", () => stack, 366, []],
    ["29 days are left", () => stack, 368, [...SITE, ...DATABASE]],
    ["they have expired", () => stack, 400, [...SITE, ...DATABASE]],
  ])("%s", async (_, changed, days, made) => {
    const before = await read();
    expect(await ensureSecrets(changed(), vault, later(days))).toEqual(made);
    const after = await read();
    expect(after["files/ca.pem"]).toBe(before["files/ca.pem"]);
    expect(after["files/site.crt"] !== before["files/site.crt"]).toBe(made.includes(SITE[0] ?? ""));
    expect(after["files/database.crt"] !== before["files/database.crt"]).toBe(made.includes(DATABASE[0] ?? ""));
    expect(await ensureSecrets(changed(), vault, later(days))).toEqual([]);
  });

  test.each([
    ["files/site.crt", SITE],
    ["files/database.crt", DATABASE],
    ["files/ca.pem", ALL.slice(1)],
  ])("%s is lost", async (file, made) => {
    const { vault_database_password: password } = await secrets();
    await unlink(at(file));
    expect(await ensureSecrets(stack, vault, NOW)).toEqual(made);
    expect((await secrets())["vault_database_password"]).toBe(password);
    expect(await ensureSecrets(stack, vault, NOW)).toEqual([]);
  });

  test("the vault's password is lost", async () => {
    await unlink(at(".vault_password"));
    const before = await readFile(at("secrets.yml"), "utf8");
    await expect(ensureSecrets(stack, vault, NOW)).rejects.toMatchObject({
      name: "QuintetError",
      fields: {
        message: `${directory} has a secrets.yml, but not the .vault_password that opens it.`,
        exitCode: 2,
        next: expect.stringMatching(
          /^Copy \.vault_password from where the stack was made, or give the password in QUINTET_VAULT_PASSWORD /,
        ),
      },
    });
    expect(await readFile(at("secrets.yml"), "utf8")).toBe(before);
  });

  test("the vault's password comes from elsewhere: .vault_password is not needed, and not made", async () => {
    await using elsewhere = await mkdtempDisposable(path.join(tmpdir(), "quintet-elsewhere-"));
    const passwordFile = path.join(elsewhere.path, "password");
    await rename(at(".vault_password"), passwordFile);
    const given: Vault = {
      passwordFile,
      encrypt: (text, file) => vault.encrypt(text, file),
      decrypt: (text, file) => vault.decrypt(text, file),
    };
    vault.calls.length = 0;
    expect(await ensureSecrets(stack, given, later(400))).toEqual([...SITE, ...DATABASE]);
    expect(vault.calls).toEqual(["decrypt with password", "encrypt with password"]);
    await unlink(at("secrets.yml"));
    expect(await ensureSecrets(stack, given, NOW)).toContain("the database password");
    expect(await readdir(directory)).not.toContain(".vault_password");
  });

  test("a secret of the user's own in secrets.yml stays", async () => {
    const text = stringify({ ...(await secrets()), vault_mail_password: "theirs" });
    await writeFile(at("secrets.yml"), await vault.encrypt(text, at(".vault_password")));
    await ensureSecrets({ ...stack, site: { ...stack.site, domain: "other.example" } }, vault, NOW);
    expect(await secrets()).toMatchObject({ vault_mail_password: "theirs" });
  });
});

describe("to openssl", () => {
  test.each([
    ["five", "DNS:shop.example, IP Address:192.0.2.100", "IP Address:192.0.2.31"],
    ["ipv6", "DNS:shop.example, IP Address:2001:DB8:0:0:0:0:0:100", "IP Address:2001:DB8:0:0:0:0:0:31"],
  ])("the certificates of %s are good ones for exactly its names", async (name, site, database) => {
    stack = await goldenStack(name, directory);
    await ensureSecrets(stack, vault, NOW);
    const [ip = "", databaseIp = ""] = [stack.virtualIp.address, stack.hosts.at(-1)?.privateAddress];
    const verify = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "files/ca.pem"];
    await openssl(...verify, "-verify_hostname", "shop.example", "files/site.crt");
    await openssl(...verify, "-verify_ip", ip, "files/site.crt");
    await openssl(...verify, "-verify_ip", databaseIp, "files/database.crt");
    const names = async (file: string) =>
      (await openssl("x509", "-in", file, "-noout", "-ext", "subjectAltName")).split("\n")[1]?.trim();
    expect(await names("files/site.crt")).toBe(site);
    expect(await names("files/database.crt")).toBe(database);
  });

  test("each key in the vault is its certificate's", async () => {
    await ensureSecrets(stack, vault, NOW);
    const keys = await secrets();
    for (const [file, key] of [
      ["files/ca.pem", keys["vault_authority_key"]],
      ["files/site.crt", keys["vault_site_key"]],
      ["files/database.crt", keys["vault_database_key"]],
    ] as const) {
      const fromKey = await runCommand(["openssl", "pkey", "-pubout"], { input: key ?? "" });
      expect(await openssl("x509", "-in", file, "-noout", "-pubkey")).toBe(fromKey.stdout);
    }
  });

  test("another stack's authority does not vouch for them, and a server's certificate for none", async () => {
    await ensureSecrets(stack, vault, NOW);
    const other = await mkdtemp(path.join(tmpdir(), "quintet-secrets-"));
    await ensureSecrets({ ...stack, directory: other }, vault, NOW);
    const verify = (ca: string) => runCommand(["openssl", "verify", "-CAfile", ca, at("files/site.crt")]);
    expect((await verify(path.join(other, "files/ca.pem"))).exitCode).not.toBe(0);
    await rm(other, { recursive: true });
    expect(await openssl("x509", "-in", "files/site.crt", "-noout", "-ext", "basicConstraints")).toContain("CA:FALSE");
    expect(await openssl("x509", "-in", "files/ca.pem", "-noout", "-ext", "basicConstraints")).toContain("CA:TRUE");
  });

  test("valid since yesterday, for less than the 398 days that browsers accept", async () => {
    await ensureSecrets(stack, vault, NOW);
    const dates = await openssl("x509", "-in", "files/site.crt", "-noout", "-dates");
    const [from = 0, to = 0] = [...dates.matchAll(/=(.*)/g)].map(([, date]) => Date.parse(date ?? ""));
    expect(Math.round((from - NOW.getTime()) / DAY_MS)).toBe(-1);
    expect(Math.round((to - NOW.getTime()) / DAY_MS)).toBe(397);
  });
});
