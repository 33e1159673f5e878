import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { QuintetError } from "../../src/errors.ts";
import { keysOfAgent } from "../../src/remote/agent-keys.ts";
import { credentialsFor, type LocalSsh, refuseLocked } from "../../src/remote/identity.ts";
import { makeKeyring } from "../../src/remote/keyring.ts";
import { startAgent } from "../../src/remote/own-agent.ts";
import { readPrivateKey } from "../../src/remote/private-key.ts";
import type { SshTarget } from "../../src/stack/stack.ts";

const PASSPHRASE = `a "b" $(id) 'c' \\ ü`;
let directory: string;
const file = (name: string) => join(directory, name);
const publicKey = (name: string) =>
  Buffer.from(readFileSync(file(`${name}.pub`), "utf8").split(" ")[1] ?? "", "base64");

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-keys-"));
  const make = (name: string, ...words: string[]) => execFileSync("ssh-keygen", ["-q", ...words, "-f", file(name)]);
  make("plain", "-t", "ed25519", "-N", "");
  make("locked", "-t", "ed25519", "-N", PASSPHRASE);
  make("other", "-t", "ed25519", "-N", "");
  make("pem", "-t", "rsa", "-m", "PEM", "-N", PASSPHRASE);
});
afterAll(() => rmSync(directory, { recursive: true }));

function target(identityFiles: string[], identitiesOnly = false, agentSocket?: string): SshTarget {
  const route = {
    hostname: "192.0.2.11",
    hostKeyAlias: undefined,
    identityFiles,
    agentSocket,
    identitiesOnly,
    proxyJump: undefined,
    proxyCommand: undefined,
    knownHostsFiles: [],
  };
  return { name: "web1", address: "192.0.2.11", ssh: { user: "deploy", port: 22, identity: undefined, route } };
}

/** An agent of the user's, with some of the keys. */
async function agentWith(...names: string[]): Promise<string> {
  const agent = await startAgent();
  onTestFinished(() => agent.close());
  for (const name of names) expect(await agent.add(file(name), PASSPHRASE)).toBe(true);
  return agent.socket;
}

const local: LocalSsh = { home: "/nonexistent", agentSocket: undefined };

describe("a key file", () => {
  test.each([
    ["plain", "plain", "plain"],
    ["locked", "locked", "locked"],
    ["pem", "locked", "pem"],
    ["plain.pub", "public", "plain"],
  ])("%s is %s", async (name, kind, pair) => {
    expect(await readPrivateKey(file(name))).toMatchObject({ kind, publicKey: publicKey(pair) });
  });

  test("the public half is known without the .pub beside it", async () => {
    const alone = file("alone");
    execFileSync("cp", [file("locked"), alone]);
    expect(await readPrivateKey(alone)).toEqual({ kind: "locked", publicKey: publicKey("locked") });
  });
});

describe("what to log in with", () => {
  test("key files in ssh's order, those with a passphrase aside", async () => {
    const found = await credentialsFor(target([file("other"), file("absent"), file("locked"), file("plain")]), local);
    expect(found).toEqual({
      agents: [],
      keys: [readFileSync(file("other"), "utf8"), readFileSync(file("plain"), "utf8")],
      locked: [file("locked")],
      hasAgent: false,
    });
  });

  test("the agent's keys that are configured come first, then its others", async () => {
    const socket = await agentWith("other", "locked");
    const { agents, locked } = await credentialsFor(target([file("locked")], false, socket), local);
    expect(agents).toEqual([{ socket, keys: [publicKey("locked"), publicKey("other")] }]);
    expect(locked).toEqual([]);
  });

  test("IdentitiesOnly: none of the agent's others", async () => {
    const socket = await agentWith("other", "locked");
    const { agents } = await credentialsFor(target([file("locked.pub")], true, socket), local);
    expect(agents).toEqual([{ socket, keys: [publicKey("locked")] }]);
  });

  test("an agent that does not hold the one key that may be used", async () => {
    const socket = await agentWith("other");
    const found = await credentialsFor(target([file("locked")], true, socket), local);
    expect(found).toEqual({ agents: [], keys: [], locked: [file("locked")], hasAgent: true });
  });

  test("nothing at all", async () => {
    await expect(credentialsFor(target([file("absent")]), local)).rejects.toMatchObject({
      fields: { message: "There is no SSH key to log in to web1 with.", exitCode: 3 },
    });
  });
});

describe("a key with a passphrase", () => {
  const host = () => target([file("locked")]);

  test("is asked for once, and then held by an agent that ends with the run", async () => {
    const questions: string[] = [];
    const keyring = makeKeyring(
      {
        secret: async (question) => {
          questions.push(question);
          return questions.length === 1 ? "wrong" : PASSPHRASE;
        },
      },
      undefined,
    );
    const credentials = await credentialsFor(host(), local);
    await Promise.all([1, 2, 3].map(() => keyring.unlock(host(), credentials)));
    expect([...keyring.unlocked]).toEqual([file("locked")]);
    expect(questions).toEqual([
      `Passphrase of the SSH key ${file("locked")}:`,
      `That is not it. Passphrase of the SSH key ${file("locked")}:`,
    ]);
    const { socket } = keyring;
    const found = await credentialsFor(host(), { ...local, ownAgent: socket, unlocked: keyring.unlocked });
    expect(found).toMatchObject({ agents: [{ socket, keys: [publicKey("locked")] }], locked: [] });
    await keyring.close();
    expect(await keysOfAgent(socket)).toBeUndefined();
  });

  test("wrong three times", async () => {
    let asked = 0;
    const keyring = makeKeyring(
      {
        secret: async () => {
          asked += 1;
          return "wrong";
        },
      },
      undefined,
    );
    onTestFinished(() => keyring.close());
    const error = await keyring.unlock(host(), await credentialsFor(host(), local)).catch((thrown: unknown) => thrown);
    expect(asked).toBe(3);
    expect(error).toBeInstanceOf(QuintetError);
    expect((error as QuintetError).fields).toMatchObject({
      message: `The passphrase of the SSH key ${file("locked")} was wrong 3 times.`,
      next: `Load it into an agent: eval "$(ssh-agent)" && ssh-add ${file("locked")}`,
      exitCode: 3,
    });
  });

  test("nobody to ask", async () => {
    await expect(refuseLocked(host(), await credentialsFor(host(), local))).rejects.toMatchObject({
      fields: {
        message: `The SSH key ${file("locked")} has a passphrase, and no SSH agent is running.`,
        next: `Load it into an agent: eval "$(ssh-agent)" && ssh-add ${file("locked")}`,
      },
    });
  });

  test("of an old format, whose public half nobody knows", async () => {
    const alone = file("alone.pem");
    execFileSync("cp", [file("pem"), alone]);
    const keyring = makeKeyring({ secret: async () => PASSPHRASE }, undefined);
    onTestFinished(() => keyring.close());
    const { socket: ownAgent, unlocked } = await keyring
      .unlock(target([alone]), await credentialsFor(target([alone]), local))
      .then(() => keyring);
    const found = await credentialsFor(target([alone]), { ...local, ownAgent, unlocked });
    expect(found).toMatchObject({ locked: [], agents: [{ socket: ownAgent, keys: [publicKey("pem")] }] });
  });

  test("beside an agent of the user's: programs get the keys of both, and can sign with each", async () => {
    const users = await agentWith("other");
    const keyring = makeKeyring({ secret: async () => PASSPHRASE }, users);
    await keyring.unlock(host(), await credentialsFor(host(), local));
    const socket = keyring.socketForPrograms ?? "";
    expect(await keysOfAgent(socket)).toEqual([publicKey("locked"), publicKey("other")]);
    const listed = await runCommand(["ssh-add", "-l"], { env: { SSH_AUTH_SOCK: socket } });
    expect(listed.stdout.trim().split("\n")).toHaveLength(2);
    for (const name of ["locked", "other"]) {
      expect(await signs(file(`${name}.pub`), socket)).toContain("BEGIN SSH SIGNATURE");
    }
    await keyring.close();
    expect(await keysOfAgent(socket)).toBeUndefined();
    expect(await keysOfAgent(users)).toEqual([publicKey("other")]);
  });

  test("a Ctrl-C at the question is passed on", async () => {
    const reason = new Error("interrupted");
    const keyring = makeKeyring({ secret: () => Promise.reject(reason) }, undefined);
    onTestFinished(() => keyring.close());
    await expect(keyring.unlock(host(), await credentialsFor(host(), local))).rejects.toBe(reason);
  });
});

/** A signature by the key in the agent, without blocking this process, where the agent may be. */
async function signs(publicKeyFile: string, socket: string): Promise<string> {
  const argv = ["ssh-keygen", "-Y", "sign", "-f", publicKeyFile, "-n", "test", "-"];
  return (await runCommand(argv, { input: "text", env: { SSH_AUTH_SOCK: socket } })).stdout;
}
