import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { givenVaultPassword } from "../../src/ansible/vault-password.ts";
import { runCommand } from "../../src/command.ts";
import { eventsOf, quintet } from "../machines/quintet.ts";
import { stackText } from "../stack/example.ts";
import { ansible } from "./ansible.ts";

// Real programs, on a computer that may be busy.
vi.setConfig({ testTimeout: 60_000 });

test.each([
  [{}, undefined],
  [{ QUINTET_VAULT_PASSWORD: "", QUINTET_VAULT_PASSWORD_FILE: "" }, undefined],
  [{ QUINTET_VAULT_PASSWORD_FILE: "../pass" }, "/home/pass"],
  [{ QUINTET_VAULT_PASSWORD_FILE: "/run/pass" }, "/run/pass"],
])("%j: %s", (env, file) => {
  expect(givenVaultPassword(env, "/home/dora")).toBe(file);
});

test("what Ansible runs prints the password as it is, and does not hold it", async () => {
  const password = "-n \\t $(id) '\" %s ü";
  const script = givenVaultPassword({ QUINTET_VAULT_PASSWORD: password }) ?? "";
  const { stdout } = await runCommand([script], { env: { QUINTET_VAULT_PASSWORD: password } });
  expect(stdout).toBe(`${password}\n`);
  expect(await readFile(script, "utf8")).not.toContain(password);
});

describe("with the real Ansible", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "quintet-vault-password-"));
    await mkdir(join(directory, "shop"));
    await writeFile(join(directory, "shop/server.js"), "");
    // What builds the application is other people's code, and gets no password.
    const build = `test -z "$QUINTET_VAULT_PASSWORD$QUINTET_SUDO_PASSWORD"`;
    const app = `app: { source: ./shop, runtime: node, build: '${build}', start: node server.js }`;
    await writeFile(join(directory, "stack.yml"), stackText({ app }));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const PATH = `${dirname(ansible.playbook)}:${process.env["PATH"]}`;
  const generate = (env: Record<string, string>) =>
    quintet(["generate", "--stack", directory], { env: { PATH, ...env } });
  const password = "correct horse $(battery) 'staple'";

  test("a stack is made and read again without a .vault_password", async () => {
    const made = await generate({ QUINTET_VAULT_PASSWORD: password, QUINTET_SUDO_PASSWORD: "x" });
    expect(made.exitCode).toBe(0);
    expect(await readdir(directory)).not.toContain(".vault_password");
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      expect(await readFile(join(entry.parentPath, entry.name), "utf8"), entry.name).not.toContain(password);
    }
    expect(JSON.stringify(made.events) + made.stderr).not.toContain(password);

    // As in a later clone: something has to be made anew, so that the vault is opened.
    await rm(join(directory, "files/site.crt"));
    const file = join(directory, "../", `${directory.split("/").at(-1)}.password`);
    await writeFile(file, `${password}\n`);
    try {
      expect((await generate({ QUINTET_VAULT_PASSWORD_FILE: file })).exitCode).toBe(0);
    } finally {
      await rm(file);
    }

    await rm(join(directory, "files/site.crt"));
    const wrong = await generate({ QUINTET_VAULT_PASSWORD: "another" });
    expect(wrong.exitCode).toBe(2);
    expect(eventsOf(wrong, "error")).toMatchObject([
      {
        error: {
          message: "The vault password does not open secrets.yml.",
          next: "Check the vault password in QUINTET_VAULT_PASSWORD.",
        },
      },
    ]);
    const none = await generate({ QUINTET_VAULT_PASSWORD: "" });
    expect(eventsOf(none, "error")[0]?.error.next).toContain("QUINTET_VAULT_PASSWORD");
  });
});
