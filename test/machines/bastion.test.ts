import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { findAnsible } from "../../src/ansible/find.ts";
import { type CommandResult, runCommand } from "../../src/command.ts";
import { machineName } from "../../src/machines/nspawn/names.ts";
import { machineProcesses } from "../../src/machines/nspawn/processes.ts";
import { nspawnWorld } from "../../src/machines/nspawn/world.ts";
import { connect } from "../../src/remote/connect.ts";
import { type Host, type Stack, SUDO_PASSWORD_FILE } from "../../src/stack/stack.ts";
import { failing } from "./failing.ts";
import { eventsOf, quintet, type Run } from "./quintet.ts";
import { readRehearsal, whyNoMachines, writeRehearsal } from "./rehearsal.ts";
import { asRoot, machines } from "./shared.ts";

const reason = await whyNoMachines();
const world = await nspawnWorld(runCommand, process.env);
const HOSTS = ["app1", "app2"];
const NAME = "quintet-guard";

/** Two hosts as people have them (not root, port 2222, sudo with a password) behind a bastion: three machines of its own. */
describe.skipIf(reason !== undefined)(`behind a bastion${reason === undefined ? "" : `: ${reason}`}`, () => {
  let hosts: Stack;
  let bastion: Stack;
  let made: string;
  let address: string;
  let keys: string;

  beforeAll(async () => {
    made = await writeRehearsal({ name: NAME, subnet: "10.77.10", guarded: true });
    hosts = await readRehearsal(made, HOSTS);
    await machines.up(hosts, () => {});
    // The bastion takes the same key.
    const other = await writeRehearsal({ name: "quintet-bastion", subnet: "10.77.8" });
    for (const file of ["id_ed25519", "id_ed25519.pub"]) await cp(join(made, file), join(other, file));
    bastion = await readRehearsal(other, ["app1"]);
    await machines.up(bastion, () => {});
    address = bastion.hosts[0]?.address ?? "";
    keys = await readFile(join(made, "known_hosts"), "utf8");
  });
  afterAll(async () => {
    for (const stack of [hosts, bastion].filter((one) => one !== undefined)) {
      await machines.down(stack, () => {});
      await rm(dirname(stack.directory), { recursive: true });
    }
  });

  /** A fresh copy of the stack directory, which a test may spoil. */
  let directory: string;
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), "quintet-guard-")), NAME);
    await cp(made, directory, { recursive: true });
    onTestFinished(() => rm(dirname(directory), { recursive: true }));
  });

  /** Says in the copy how to log in. */
  async function loggingIn(how: string, host: (name: string) => string = () => ""): Promise<void> {
    const file = join(directory, "stack.yml");
    const text = (await readFile(file, "utf8"))
      .replace(/^ssh: .*\n/m, how === "" ? "" : `ssh: { ${how} }\n`)
      .replace(/^( {2}(app\d): \{ .*) \}$/gm, (_, start, name) => `${start}${host(name)} }`);
    await writeFile(file, text);
  }
  const straight = "user: deploy, port: 2222, identity: ./id_ed25519";
  const through = () => loggingIn(`${straight}, proxy_jump: "deploy@${address}"`);
  const passwordFile = () => ["--sudo-password-file", join(directory, SUDO_PASSWORD_FILE)];
  const check = (...more: string[]) => ["check", "--stack", directory, "--limit", "app", ...more];

  /** Runs a shell script on a machine as root, without SSH. */
  async function inside(stack: Stack, host: string, script: string): Promise<string> {
    const processes = await machineProcesses(world, stack.name);
    const init = processes.find(({ machine, role }) => machine === machineName(stack.name, host) && role === "init");
    const argv = ["nsenter", `--target=${init?.pid}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--"];
    const { exitCode, stdout, stderr } = await asRoot([...argv, "sh", "-euc", script], { timeoutMs: 60_000 });
    if (exitCode !== 0) throw new Error(`on ${host}: ${script}\n${stdout}${stderr}`);
    return stdout.trim();
  }
  /** How often anybody has logged in there. */
  const logins = async (stack: Stack, host: string) =>
    Number(
      await inside(
        stack,
        host,
        "journalctl --sync; journalctl --boot --no-pager --output=cat | grep -c 'Accepted publickey for deploy' || true",
      ),
    );
  const allLogins = async () => [
    await logins(bastion, "app1"),
    ...(await Promise.all(HOSTS.map((host) => logins(hosts, host)))),
  ];

  /** Plain ansible-playbook in the stack directory, as somebody without Quintet would run it. */
  async function ping(env: Record<string, string> = {}): Promise<CommandResult> {
    const playbook = `- hosts: app
  gather_facts: false
  tasks:
    - ansible.builtin.command: id -un
      changed_when: false
      register: who
    - ansible.builtin.assert: { that: who.stdout == "root" }
`;
    await writeFile(join(directory, "ping.yml"), playbook);
    const script = join(directory, "sudo-password");
    await writeFile(script, `#!/bin/sh\ncat '${join(directory, SUDO_PASSWORD_FILE)}'\n`);
    await chmod(script, 0o700);
    const ansible = await findAnsible({ run: runCommand, env: process.env });
    return runCommand([ansible?.playbook ?? "ansible-playbook", "ping.yml"], {
      cwd: directory,
      // A connection that was kept by another run would prove nothing.
      env: { ANSIBLE_BECOME_PASSWORD_FILE: script, ANSIBLE_SSH_CONTROL_PATH_DIR: dirname(directory), ...env },
    });
  }

  test("stack.yml's bastion: one login a host, on the bastion too, for Quintet and for Ansible", async () => {
    await through();
    await rm(join(directory, "known_hosts"));
    const refused = await failing(3, check(...passwordFile()));
    expect(eventsOf(refused, "table")[0]?.rows.map(([host]) => host)).toEqual([`the bastion ${address}`, ...HOSTS]);

    const accepted = await quintet(check("--accept-host-keys", ...passwordFile()));
    expect(accepted.exitCode).toBe(0);
    const pinned = (await readFile(join(directory, "known_hosts"), "utf8")).split("\n");
    const withoutComment = keys.match(/^\S+ \S+ \S+/gm);
    expect(pinned).toEqual(expect.arrayContaining(withoutComment ?? []));
    expect(pinned.filter((line) => line.startsWith(`${address} `))).toHaveLength(1);

    const before = await allLogins();
    expect(reached(await quintet(check(...passwordFile())))).toEqual(HOSTS);
    const after = await allLogins();
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([2, 1, 1]);

    expect((await quintet(["generate", "--stack", directory])).exitCode).toBe(0);
    expect(await ping()).toMatchObject({ exitCode: 0 });
    const pinged = await allLogins();
    expect(pinged.map((count, index) => count - (after[index] ?? 0))).toEqual([2, 1, 1]);
  });

  test("~/.ssh/config's names and bastion: stack.yml says nothing but the names", async () => {
    await loggingIn("", (name) => `, ssh: { host: guard-${name} }`);
    const bastionHosts = join(dirname(directory), "bastion_hosts");
    await cp(join(bastion.directory, "known_hosts"), bastionHosts);
    const config = `Host guard-app1
  HostName ${hosts.hosts[0]?.address}
Host guard-app2
  HostName ${hosts.hosts[1]?.address}
Host guard-*
  User deploy
  Port 2222
  ProxyJump guard.bastion
  IdentityFile ${join(directory, "id_ed25519")}
Host guard.bastion
  HostName ${address}
  User deploy
  IdentityFile ${join(directory, "id_ed25519")}
  UserKnownHostsFile ${bastionHosts}
`;
    const env = await sshWith(config);
    const before = await allLogins();
    expect(reached(await quintet(check(...passwordFile()), { env }))).toEqual(HOSTS);
    const after = await allLogins();
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([2, 1, 1]);

    expect((await quintet(["generate", "--stack", directory], { env })).exitCode).toBe(0);
    // The port that sshd listens on, which only ~/.ssh/config says, is the one that the packet filter leaves open.
    const filter = await readFile(join(directory, "roles/host/files/app1.nft"), "utf8");
    expect(filter).toContain('tcp dport 2222 accept comment "SSH"');
    expect(await ping(env)).toMatchObject({ exitCode: 0 });
    expect(await logins(bastion, "app1")).toBe((after[0] ?? 0) + 2);
  });

  /** A PATH whose ssh reads this instead of the user's own configuration. */
  async function sshWith(config: string): Promise<Record<string, string>> {
    const bin = dirname(directory);
    await writeFile(join(bin, "config"), config);
    const real = (await runCommand(["sh", "-c", "command -v ssh"])).stdout.trim();
    await writeFile(join(bin, "ssh"), `#!/bin/sh\nexec ${real} -F '${join(bin, "config")}' "$@"\n`, { mode: 0o755 });
    return { PATH: `${bin}:${process.env["PATH"]}` };
  }

  test("the sudo password is in no command line, log, event or file that stays", async () => {
    await through();
    await writeFile(
      join(directory, "known_hosts"),
      keys + (await readFile(join(bastion.directory, "known_hosts"), "utf8")),
    );
    const password = (await readFile(join(directory, SUDO_PASSWORD_FILE), "utf8")).trim();
    const seen = new Set<string>();
    let over = false;
    const watching = (async () => {
      for (; !over; await delay(5)) for (const line of await commandLines()) seen.add(line);
    })();
    // The environment is the shortest way for a secret; a pipeline uses it.
    const plan = await quintet(["plan", "--stack", directory, "--limit", "app"], {
      env: { QUINTET_SUDO_PASSWORD: password },
    });
    over = true;
    await watching;
    expect(plan.exitCode).toBe(10);
    expect([...seen].some((line) => line.includes("ansible-playbook"))).toBe(true);
    expect([...seen].some((line) => line.includes("BatchMode=yes"))).toBe(true);
    expect([...seen].filter((line) => line.includes(password))).toEqual([]);
    expect(JSON.stringify(plan.events) + plan.stderr).not.toContain(password);
    await rm(join(directory, SUDO_PASSWORD_FILE));
    expect(await runCommand(["grep", "--recursive", "--files-with-matches", password, directory])).toMatchObject({
      stdout: "",
    });
    for (const host of HOSTS) {
      await inside(hosts, host, `! journalctl --boot --no-pager | grep --fixed-strings -e '${password}'`);
    }
  });

  test.each([
    // Empty is none: the shared machines' may be in the environment.
    ["no password", { QUINTET_SUDO_PASSWORD: "" }, "sudo wants the password of deploy on app1."],
    [
      "a wrong password",
      { QUINTET_SUDO_PASSWORD: "wrong" },
      "The sudo password in QUINTET_SUDO_PASSWORD is not that of deploy on app1.",
    ],
  ])("%s", async (_, env, message) => {
    await loggingIn(straight);
    const { errors } = await failing(3, [...check(), "--limit", "app1"], { env });
    expect(errors.map((error) => error.message)).toContain(message);
    expect(errors.map((error) => error.next).join()).toContain("--sudo-password-file");
  });

  test("a user whom no sudoers file names", async () => {
    await loggingIn(straight);
    const files = await inside(hosts, "app1", "grep --recursive --files-with-matches deploy /etc/sudoers.d");
    onTestFinished(async () => void (await inside(hosts, "app1", `mv /root/sudoers ${files}`)));
    await inside(hosts, "app1", `mv ${files} /root/sudoers`);
    const [host] = (await readRehearsal(directory, ["app1"])).hosts;
    const session = await connect({ directory }, host as Host);
    onTestFinished(() => session.close());
    // Without a password, too: nobody is asked for one that could not help.
    await expect(session.run(["id"], { sudo: true })).rejects.toMatchObject({
      fields: { message: "The user deploy may not use sudo on app1: its sudoers do not name it.", exitCode: 3 },
    });
  });

  test("a bastion that is down, one that refuses the key, and one that cannot reach a host", async () => {
    await through();
    await writeFile(
      join(directory, "known_hosts"),
      keys + (await readFile(join(bastion.directory, "known_hosts"), "utf8")),
    );
    const messages = async () => {
      const { errors } = await failing(3, [...check(...passwordFile()), "--limit", "app1"]);
      return errors.map((error) => error.message);
    };
    await inside(bastion, "app1", "mv ~deploy/.ssh/authorized_keys /root/");
    const refused = await messages();
    await inside(bastion, "app1", "mv /root/authorized_keys ~deploy/.ssh/; systemctl stop ssh.socket ssh.service");
    const down = await messages();
    await inside(bastion, "app1", "systemctl start ssh.service");
    await inside(hosts, "app1", "systemctl stop ssh.socket ssh.service");
    const unreached = await messages();
    await inside(hosts, "app1", "systemctl start ssh.service");
    expect(refused).toEqual([`The bastion ${address}, on the way to app1, refuses the SSH key.`]);
    expect(down).toEqual([`The bastion ${address}, on the way to app1, refuses SSH connections.`]);
    expect(unreached).toEqual([
      `app1 refuses SSH connections at ${hosts.hosts[0]?.address} port 2222, asked from the bastion ${address}.`,
    ]);
  });
});

/** The hosts that a check that passed has seen. */
function reached(run: Run): string[] {
  expect({ exitCode: run.exitCode, errors: eventsOf(run, "error") }).toEqual({ exitCode: 0, errors: [] });
  const data = eventsOf(run, "result")[0]?.data as { hosts: Record<string, { reached: boolean; sudo: string }> };
  return Object.entries(data.hosts).flatMap(([name, host]) => (host.reached && host.sudo === "password" ? [name] : []));
}

/** Of every process on this computer, which is also that of the machines' processes. */
async function commandLines(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
}
