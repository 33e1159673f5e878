import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { startSshd } from "../remote/sshd.ts";
import { CHECKOUT, writeGolden } from "./golden.ts";

// Where the stack is decides nothing: Jinja, Ansible, ssh and the shell that starts a ProxyCommand all read its path.
test.each(["plain", `bob's "x" 50% %h é \\n {{ a }} #1`])(
  "Ansible logs in through the bastion, with the key and the pins of a stack in the directory %s",
  async (name) => {
    const parent = await mkdtemp(path.join(tmpdir(), "quintet-directory-"));
    const directory = path.join(parent, name);
    await writeGolden("bastion", directory);
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path.join(directory, "id")]);
    const authorizedKey = await readFile(path.join(directory, "id.pub"), "utf8");
    const [bastion, host] = [
      await startSshd({ directory, authorizedKey }),
      await startSshd({ directory, authorizedKey }),
    ];
    try {
      const pins = [bastion, host].map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}\n`);
      await writeFile(path.join(directory, "known_hosts"), pins.join(""));
      const inventory = path.join(directory, "hosts.yml");
      const text = await readFile(inventory, "utf8");
      const there = text
        .replace('"192.0.2.12"', "127.0.0.1")
        .replaceAll("ansible_port: 2222", `ansible_port: ${host.port}`)
        .replace("-p 2200 -W '[%h]:%p' -- 2001:db8::1", `-p ${bastion.port} -W '[%h]:%p' -- 127.0.0.1`);
      await writeFile(inventory, there);
      const ansible = [path.join(CHECKOUT, ".venv/bin/ansible"), "web2", "-m", "ansible.builtin.raw", "-a", "true"];
      const result = await runCommand([...ansible, "-e", "ansible_become=false"], {
        cwd: directory,
        env: { ANSIBLE_NOCOLOR: "1", ANSIBLE_SSH_CONTROL_PATH_DIR: parent, HOME: parent, SSH_AUTH_SOCK: "" },
        timeoutMs: 60_000,
      });
      expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("rc=0") });
      expect([bastion.counts.logins, bastion.counts.forwards, host.counts.logins]).toEqual([1, 1, 1]);
    } finally {
      await Promise.all([bastion.close(), host.close()]);
      await rm(parent, { recursive: true });
    }
  },
  120_000,
);
