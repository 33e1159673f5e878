import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { createLogin, type LoginWorld } from "../../src/remote/login.ts";
import type { Host, SshSettings, Stack } from "../../src/stack/stack.ts";
import { stackText, validStack } from "../stack/example.ts";
import { type Sshd, type SshdOptions, startSshd } from "./sshd.ts";

// Real ssh, ssh-agent and ssh2 against small sshds on the loopback. Real machines: test/machines/bastion.test.ts.

let directory: string;
let key: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-login-"));
  mkdirSync(join(directory, "home"));
  key = join(directory, "id");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
});
afterEach(() => rmSync(directory, { recursive: true }));

async function sshd(options: Partial<SshdOptions> = {}): Promise<Sshd> {
  const one = await startSshd({ directory, authorizedKey: readFileSync(`${key}.pub`, "utf8"), ...options });
  onTestFinished(() => one.close());
  return one;
}

/** A login whose ssh reads `config` instead of the user's own configuration. */
function login(world: Partial<LoginWorld> = {}, config = "") {
  const file = join(directory, "config");
  writeFileSync(file, config);
  const one = createLogin({
    run: ([program = "", ...words], options) => runCommand([program, "-F", file, ...words], options),
    env: { SHELL: "/bin/sh" },
    home: join(directory, "home"),
    ask: undefined,
    ...world,
  });
  onTestFinished(() => one.close());
  return one;
}

function host(port: number, ssh: Partial<SshSettings> = {}): Host {
  return {
    name: "web1",
    address: "127.0.0.1",
    privateAddress: "127.0.0.1",
    tiers: ["web"],
    ssh: { user: "deploy", port, identity: key, written: { user: "deploy", port }, ...ssh },
    machine: { suite: "trixie", sudo: "passwordless", memoryMb: 1024, cpus: 1, box: undefined },
  };
}

const stackOf = (...hosts: Host[]): Stack => ({ ...validStack(stackText()), directory, hosts });
const pin = (...lines: string[]) => writeFileSync(join(directory, "known_hosts"), `${lines.join("\n")}\n`);
const name = ({ port }: Sshd) => `[127.0.0.1]:${port}`;
const line = (one: Sshd) => `${name(one)} ${one.hostKey}`;
const jumpTo = (one: Sshd) => ({ proxyJump: { user: "jump", host: "127.0.0.1", port: one.port } });

describe("new keys", () => {
  test("are seen over one connection each, without logging in", async () => {
    const target = await sshd();
    const [found, ...more] = await login().newKeys(directory, [host(target.port)]);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ trusted: false, lines: `${line(target)}\n`, keys: [{ type: "ssh-ed25519" }] });
    expect(target.counts).toEqual({ connections: 1, logins: 0, forwards: 0 });
  });

  test("the best type of several is the one that is pinned", async () => {
    const target = await sshd({ hostKeyTypes: ["rsa", "ecdsa", "ed25519"] });
    const [found] = await login().newKeys(directory, [host(target.port)]);
    expect(found?.keys.map(({ type }) => type)).toEqual(["ssh-ed25519"]);
  });

  test("a pinned one is not looked at; one that the user's own known_hosts has is taken from there, hashed or not", async () => {
    const [first, second, third] = [await sshd(), await sshd(), await sshd()];
    const own = join(directory, "own hosts");
    writeFileSync(own, `${line(second)}\n${line(third)}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", own], { stdio: "ignore" });
    expect(readFileSync(own, "utf8")).not.toContain("127.0.0.1");
    execFileSync("mv", [own, join(directory, "own")]);
    pin(line(first));
    const one = login({}, `UserKnownHostsFile ${join(directory, "own")}\n`);
    const { hosts } = await one.resolve(stackOf(host(first.port), host(second.port), host(third.port)));
    const found = await one.newKeys(directory, hosts);
    expect(found.map(({ trusted, lines }) => [trusted, lines])).toEqual([
      [true, `${line(second)}\n`],
      [true, `${line(third)}\n`],
    ]);
    for (const { counts } of [first, second, third]) expect(counts.connections).toBe(0);
  });

  test("of a bastion and of the hosts behind it, all at once", async () => {
    const [bastion, target] = [await sshd(), await sshd()];
    const found = await login().newKeys(directory, [host(target.port, jumpTo(bastion))]);
    expect(found.map(({ host: { name }, lines }) => [name, lines])).toEqual([
      ["the bastion 127.0.0.1", `${line(bastion)}\n`],
      ["web1", `${line(target)}\n`],
    ]);
    expect(bastion.counts).toEqual({ connections: 2, logins: 1, forwards: 1 });
    expect(target.counts).toEqual({ connections: 1, logins: 0, forwards: 0 });
  });

  test("a host that is down is left out", async () => {
    const target = await sshd();
    await target.close();
    expect(await login().newKeys(directory, [host(target.port)])).toEqual([]);
  });
});

describe("through a bastion", () => {
  test("stack.yml's: its key and the host's have to be pinned, and closing ends the ssh that leads there", async () => {
    const [bastion, target] = [await sshd(), await sshd()];
    const one = login();
    const connecting = () => one.connect({ directory }, host(target.port, jumpTo(bastion)));
    pin(line(target));
    await expect(connecting()).rejects.toMatchObject({
      fields: { message: "The host key of the bastion 127.0.0.1, on the way to web1, is not known." },
    });
    pin(line(bastion));
    await expect(connecting()).rejects.toMatchObject({
      fields: { message: `The host key of web1 (${name(target)}) is not known yet.` },
    });
    expect(target.counts.logins).toBe(0);
    pin(line(bastion), line(target));
    const session = await connecting();
    expect(await session.run(["echo", "through"])).toMatchObject({ stdout: "through\n" });
    expect(sshTo(target)).toHaveLength(1);
    session.close();
    await expect.poll(() => sshTo(target)).toEqual([]);
    expect(bastion.counts.forwards).toBe(2);
  });

  test("~/.ssh/config's, by the host's name there, with its key, user and port", async () => {
    const [bastion, target] = [await sshd(), await sshd()];
    pin(`shop ${target.hostKey}`);
    writeFileSync(join(directory, "own"), `${line(bastion)}\n`);
    // The ssh that leads there reads the user's configuration itself: here it is told what ours would say.
    const config = `Host shop-web1
  HostName 127.0.0.1
  Port ${target.port}
  User alice
  IdentityFile ${key}
  HostKeyAlias shop
  ProxyCommand ssh -F ${join(directory, "config")} -W [%h]:%p jump@bastion
Host bastion
  HostName 127.0.0.1
  Port ${bastion.port}
  IdentityFile ${key}
  UserKnownHostsFile ${join(directory, "own")}
`;
    const one = login({}, config);
    const open = { user: undefined, port: undefined };
    const stack = stackOf(host(22, { host: "shop-web1", identity: undefined, written: open }));
    const { hosts } = await one.resolve(stack);
    expect(hosts[0]?.ssh).toMatchObject({ user: "alice", port: target.port });
    const session = await one.connect(stack, hosts[0] as Host);
    expect(await session.run(["echo", "through"])).toMatchObject({ stdout: "through\n" });
    session.close();
    expect(bastion.counts.forwards).toBe(1);
  });

  test("a bastion that does not pass connections on", async () => {
    const [bastion, target] = [await sshd({ forward: false }), await sshd()];
    pin(line(bastion), line(target));
    await expect(login().connect({ directory }, host(target.port, jumpTo(bastion)))).rejects.toMatchObject({
      fields: { host: "web1", step: "connect", exitCode: 3, detail: expect.stringContaining("open failed") },
    });
    expect(sshTo(target)).toEqual([]);
  });

  test("a bastion that goes away takes the session along", async () => {
    const [bastion, target] = [await sshd(), await sshd()];
    pin(line(bastion), line(target));
    const session = await login().connect({ directory }, host(target.port, jumpTo(bastion)));
    const running = session.run(["cat"], { timeoutMs: 60_000 });
    void bastion.close();
    await expect(running).rejects.toMatchObject({ fields: { message: "The SSH connection to web1 was lost." } });
    await expect.poll(() => sshTo(target)).toEqual([]);
  });

  test("an abort ends the ssh that leads there", async () => {
    const bastion = await sshd();
    const silent = await sshd();
    pin(line(bastion), line(silent));
    const abort = new AbortController();
    const connecting = login().connect({ directory }, host(silent.port, jumpTo(bastion)), { signal: abort.signal });
    await expect.poll(() => sshTo(silent).length).toBe(1);
    const reason = new Error("stopped by hand");
    abort.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    await expect.poll(() => sshTo(silent)).toEqual([]);
  });
});

describe("meeting a host", () => {
  test("whose key nobody has seen: it is trusted for reading, and told", async () => {
    const target = await sshd();
    const { session, key: presented, bastions } = await login().meet(directory, host(target.port));
    expect(await session.run(["echo", "hello"])).toMatchObject({ stdout: "hello\n" });
    session.close();
    expect(presented).toMatchObject({ type: "ssh-ed25519", line: `${line(target)}\n`, known: false });
    expect(presented.fingerprint).toMatch(/^SHA256:/);
    expect(bastions).toEqual([]);
    expect(target.counts).toEqual({ connections: 1, logins: 1, forwards: 0 });
  });

  test("one whose key is pinned, or in the user's own known_hosts", async () => {
    const target = await sshd();
    pin(line(target));
    const first = await login().meet(directory, host(target.port));
    first.session.close();
    rmSync(join(directory, "known_hosts"));
    writeFileSync(join(directory, "own"), `${line(target)}\n`);
    const second = await login({}, `UserKnownHostsFile ${join(directory, "own")}\n`).meet(directory, host(target.port));
    second.session.close();
    expect([first.key.known, second.key.known]).toEqual([true, true]);
  });

  test.each(["the stack pins another", "the user's known_hosts has another", "it is revoked"])(
    "nobody logs in where %s",
    async (what) => {
      const [target, other] = [await sshd(), await sshd()];
      const wrong = what === "it is revoked" ? `@revoked ${line(target)}` : `${name(target)} ${other.hostKey}`;
      const own = join(directory, "own");
      if (what.startsWith("the user's")) writeFileSync(own, `${wrong}\n`);
      else pin(wrong);
      const meeting = login({}, `UserKnownHostsFile ${own}\n`).meet(directory, host(target.port));
      await expect(meeting).rejects.toMatchObject({ fields: { step: "compare the host key", exitCode: 3 } });
      expect(target.counts.logins).toBe(0);
    },
  );

  test("behind a new bastion: both keys are told", async () => {
    const [bastion, target] = [await sshd(), await sshd()];
    const met = await login().meet(directory, host(target.port, jumpTo(bastion)));
    met.session.close();
    expect(met.key.line).toBe(`${line(target)}\n`);
    expect(met.bastions.map(({ lines }) => lines)).toEqual([`${line(bastion)}\n`]);
  });

  test("a key with a passphrase is asked for only where that is allowed", async () => {
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "open", "-f", key]);
    const target = await sshd();
    const one = login({ ask: { secret: async () => "open" } });
    await expect(one.meet(directory, host(target.port))).rejects.toMatchObject({
      fields: { message: `The SSH key ${key} has a passphrase, and no SSH agent is running.` },
    });
    const { session } = await one.meet(directory, host(target.port), { mayAsk: true });
    session.close();
    expect(Object.keys(await one.environment())).toEqual(["SSH_AUTH_SOCK"]);
    // From now on it is in the agent.
    (await one.meet(directory, host(target.port))).session.close();
  });

  test("no password is sent to it", async () => {
    const target = await sshd({ env: fakeSudo("s3cret") });
    const { session } = await login({ env: { QUINTET_SUDO_PASSWORD: "s3cret" } }).meet(directory, host(target.port));
    await expect(session.run(["id"], { sudo: true })).rejects.toMatchObject({
      fields: { message: "sudo wants a password of deploy on web1." },
    });
    session.close();
  });
});

test("a passphrase is asked for when no other key is let in, one key after the other", async () => {
  const home = join(directory, "home");
  const make = (file: string, passphrase: string) =>
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-f", join(home, file)]);
  for (const [file, passphrase] of [
    ["plain", ""],
    ["first", "one"],
    ["second", "two"],
    ["third", "three"],
  ] as const)
    make(file, passphrase);
  const target = await sshd({ authorizedKey: readFileSync(join(home, "second.pub"), "utf8") });
  pin(line(target));
  const files = ["first", "plain", "second", "third"].map((file) => `IdentityFile ${join(home, file)}\n`);
  const asked: string[] = [];
  const secret = async (question: string) => {
    asked.push(question.replace(`${home}/`, ""));
    return question.includes("first") ? "one" : "two";
  };
  const one = login({ ask: { secret } }, files.join(""));
  const stack = await one.resolve(stackOf(host(target.port, { identity: undefined })));
  (await one.connect(stack, stack.hosts[0] as Host)).close();
  expect(asked).toEqual(["Passphrase of the SSH key first:", "Passphrase of the SSH key second:"]);
  // Where nobody can be asked, what is said is that the key that there is was refused.
  const silent = await login({}, files.join(""))
    .connect(stack, stack.hosts[0] as Host)
    .catch((error) => error);
  expect(silent.fields.message).toBe("None of your SSH keys is accepted by web1 for the user deploy.");
});

describe("sudo", () => {
  async function session(password: string | undefined, world: Partial<LoginWorld> = {}) {
    const target = await sshd({ env: fakeSudo(password) });
    pin(line(target));
    const one = login(world);
    const opened = await one.connect({ directory }, host(target.port));
    onTestFinished(() => opened.close());
    return { ...opened, login: one };
  }

  test("without a password", async () => {
    const { run, login } = await session(undefined);
    expect(await run(["sh", "-c", "echo $FAKE_ROOT; cat"], { sudo: true, input: "in\nput" })).toEqual({
      exitCode: 0,
      stdout: "yes\nin\nput",
      stderr: "",
    });
    expect(await login.environment()).toEqual({});
  });

  test("with one: the command's own input comes after it, and Ansible gets it by a script", async () => {
    const { run, stream, login } = await session("s3 'cret\"", { env: { QUINTET_SUDO_PASSWORD: "s3 'cret\"" } });
    const command = ["sh", "-c", "echo $FAKE_ROOT; cat"];
    expect(await run(command, { sudo: true, input: "in\nput" })).toMatchObject({ stdout: "yes\nin\nput" });
    expect(await run(command, { sudo: true })).toMatchObject({ stdout: "yes\n" });
    expect(await run(["cat"], { input: "not root" })).toMatchObject({ stdout: "not root" });
    const lines: string[] = [];
    const streaming = stream(command, (text) => lines.push(text), { sudo: true });
    streaming.write("one\ntwo\n");
    await expect.poll(() => lines).toEqual(["yes", "one", "two"]);
    await streaming.stop();
    expect(await streaming.ended).toMatchObject({ exitCode: 0 });

    const environment = await login.environment();
    const script = environment["ANSIBLE_BECOME_PASSWORD_FILE"] ?? "";
    expect(readFileSync(script, "utf8")).not.toContain("cret");
    expect(execFileSync(script, { env: environment, encoding: "utf8" })).toBe("s3 'cret\"\n");
    await login.close();
    expect(() => readFileSync(script)).toThrow("ENOENT");
  });

  test("asked for once, for all sessions", async () => {
    const asked: string[] = [];
    const secret = async (question: string) => {
      asked.push(question);
      return asked.length === 1 ? "wrong" : "s3cret";
    };
    const first = await session("s3cret", { ask: { secret } });
    const runs = [1, 2, 3].map(() => first.run(["printenv", "FAKE_ROOT"], { sudo: true }));
    for (const { stdout } of await Promise.all(runs)) expect(stdout).toBe("yes\n");
    expect(asked).toHaveLength(2);
  });

  test("a user who may not, whatever the password", async () => {
    const { run } = await session("forbidden", { env: { QUINTET_SUDO_PASSWORD: "s3cret" } });
    await expect(run(["id"], { sudo: true })).rejects.toMatchObject({
      fields: { message: "The user deploy may not use sudo on web1: its sudoers do not name it.", exitCode: 3 },
    });
  });
});

describe("prepare", () => {
  test("asks before a step begins, and its connection is the one that the step gets", async () => {
    const target = await sshd({ env: fakeSudo("s3cret") });
    pin(line(target));
    let asked = 0;
    const secret = async () => {
      asked += 1;
      return "s3cret";
    };
    const one = login({ ask: { secret } });
    await one.prepare({ directory }, [host(target.port)]);
    expect(asked).toBe(1);
    const session = await one.connect({ directory }, host(target.port));
    expect(await session.run(["printenv", "FAKE_ROOT"], { sudo: true })).toMatchObject({ stdout: "yes\n" });
    session.close();
    expect([asked, target.counts.connections]).toEqual([1, 1]);
    // The next one is new.
    (await one.connect({ directory }, host(target.port))).close();
    expect(target.counts.connections).toBe(2);
  });

  test("twice is once, and nothing that nobody closed outlives the run", async () => {
    const target = await sshd({ env: fakeSudo("s3cret") });
    pin(line(target));
    const one = login({ ask: { secret: async () => "s3cret" } });
    for (let time = 0; time < 2; time += 1) await one.prepare({ directory }, [host(target.port)]);
    expect(target.counts.connections).toBe(1);
    const session = await one.connect({ directory }, host(target.port));
    await one.close();
    await expect(session.run(["true"])).rejects.toMatchObject({ fields: { step: "run a command" } });
  });

  test("leaves a failure to the step", async () => {
    const one = login({ ask: { secret: async () => "" } });
    const target = await sshd();
    await one.prepare({ directory }, [host(target.port)]);
    await expect(one.connect({ directory }, host(target.port))).rejects.toMatchObject({
      fields: { message: `The host key of web1 (${name(target)}) is not known yet.` },
    });
  });

  test("does nothing where nobody can be asked", async () => {
    const target = await sshd();
    await login().prepare({ directory }, [host(target.port)]);
    expect(target.counts.connections).toBe(0);
  });
});

/** A PATH with a sudo that asks as sudo does; its root has FAKE_ROOT in the environment. */
function fakeSudo(password: string | undefined): Record<string, string> {
  const bin = mkdtempSync(join(directory, "bin-"));
  const free = password === undefined;
  writeFileSync(
    join(bin, "sudo"),
    `#!/bin/sh
ask=
while [ "$1" != -- ]; do
  case "$1" in
    -S) ask=yes ;;
    -n) ${free ? ":" : 'echo "sudo: a password is required" >&2; exit 1'} ;;
    -v) exit 0 ;;
  esac
  shift
done
shift
if [ -n "$ask" ]; then
  IFS= read -r given
  ${password === "forbidden" ? 'echo "deploy is not in the sudoers file." >&2; exit 1' : ""}
  [ "$given" = "$FAKE_PASSWORD" ] || { echo "sudo: 1 incorrect password attempt" >&2; exit 1; }
fi
FAKE_ROOT=yes exec "$@"
`,
    { mode: 0o755 },
  );
  return { PATH: `${bin}:${process.env["PATH"]}`, FAKE_PASSWORD: password ?? "" };
}

/** The processes that lead to it. */
function sshTo({ port }: Sshd): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return /^\d+$/.test(pid) && words[0] === "ssh" && words.includes(`[127.0.0.1]:${port}`);
    } catch {
      return false;
    }
  });
}
