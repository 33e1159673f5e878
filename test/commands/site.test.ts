import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { encryptVault } from "../../src/ansible/vault.ts";
import { runCommand } from "../../src/command.ts";
import { runSite } from "../../src/commands/site.ts";
import { QuintetError } from "../../src/errors.ts";
import type { Event } from "../../src/events.ts";
import { createLogin } from "../../src/remote/login.ts";
import { ansible } from "../ansible/ansible.ts";
import { fiveHosts } from "../verify/stack.ts";
import { fakeContext } from "./context.ts";

// A real Ansible, on a computer that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const SECRET = "a-secret-of-the-vault";
const SUDO = "open sesame";

test("no secret is in what a failing apply says, logs or reads from a journal", async () => {
  const directory = await mkdtemp(join(tmpdir(), "quintet-site-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const at = (file: string) => join(directory, file);
  await mkdir(at("roles/web/tasks"), { recursive: true });
  await writeFile(at(".vault_password"), "vault\n");
  const vault = { ansible, run: runCommand, env: process.env, passwordFile: at(".vault_password") };
  await writeFile(at("secrets.yml"), await encryptVault(vault, `vault_database_password: ${SECRET}\n`));
  await writeFile(at("ansible.cfg"), `[defaults]\nvault_password_file = .vault_password\nroles_path = roles\n`);
  await writeFile(at("hosts.yml"), "all: {hosts: {web1: {ansible_connection: local}}}\n");
  await writeFile(at("site.yml"), "- hosts: all\n  gather_facts: false\n  vars_files: [secrets.yml]\n  roles: [web]\n");
  const task = { name: "Configure", fail: { msg: `{{ vault_database_password }} and ${SUDO} at 10.0.0.31` } };
  await writeFile(at("roles/web/tasks/main.yml"), JSON.stringify([task]));

  const events: Event[] = [];
  const stack = { ...fiveHosts(directory), directory };
  const session = {
    run: async () => ({ exitCode: 0, stdout: `nginx: ${SECRET} and ${SUDO}\nnginx: ended\n`, stderr: "" }),
    close: () => {},
  };
  const login = {
    ...createLogin(),
    connect: async () => session,
    environment: async () => ({ QUINTET_SUDO_PASSWORD: SUDO }),
  } as unknown as ReturnType<typeof createLogin>;
  const context = fakeContext(directory, events, { env: process.env, run: runCommand, login });
  const hosts = stack.hosts.filter(({ name }) => name === "web1");
  const site = { stack, hosts, ansible, options: {}, verb: "apply", title: "Apply the roles", again: "quintet apply" };
  const error = await runSite(site, context).catch((thrown: unknown) => thrown);

  if (!(error instanceof QuintetError)) throw error;
  expect(error.fields).toMatchObject({ host: "web1", step: "web: Configure" });
  expect(error.fields.detail).toContain("******** and ******** at 10.0.0.31");
  expect(error.fields.detail).toMatch(/The journal of nginx:\nnginx: \*{8} and \*{8}\nnginx: ended$/);
  const log = await readFile(error.fields.logFile ?? "", "utf8");
  expect(log).toContain("******** and ******** at 10.0.0.31");
  for (const said of [JSON.stringify(error.fields), JSON.stringify(events), log]) {
    expect(said).not.toContain(SECRET);
    expect(said).not.toContain(SUDO);
  }
});
