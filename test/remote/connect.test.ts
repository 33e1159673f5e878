import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QuintetError } from "../../src/errors.ts";
import { makeConnect } from "../../src/remote/connect.ts";
import { makeGate } from "../../src/remote/gate.ts";
import type { LocalSsh } from "../../src/remote/identity.ts";
import { remoteCommand } from "../../src/remote/session.ts";
import { withoutPassword } from "../../src/remote/sudo.ts";
import type { Host } from "../../src/stack/stack.ts";

let directory: string;
let silent: Server;
let portOfSilent: number;

const connectWith = (local: LocalSsh) =>
  makeConnect({
    local: () => local,
    shell: "/bin/sh",
    unlock: undefined,
    become: withoutPassword,
    gate: makeGate(1),
  });
const connect = connectWith({ home: "/nonexistent", agentSocket: undefined });

const host = (port: number, identity: string | undefined): Host => ({
  name: "web1",
  address: "127.0.0.1",
  privateAddress: "127.0.0.1",
  tiers: ["web"],
  ssh: { user: "deploy", port, identity },
  machine: { suite: "trixie", sudo: "passwordless", memoryMb: 1024, cpus: 1, box: undefined },
});

async function fault(port: number, identity: string | undefined, options = {}, connecting = connect) {
  const error = await connecting({ directory }, host(port, identity), options).catch((e: unknown) => e);
  if (!(error instanceof QuintetError)) throw new Error(`no QuintetError but ${error}`);
  expect(error.fields.exitCode).toBe(3);
  expect(error.fields.host).toBe("web1");
  return error.fields;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "quintet-connect-"));
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(directory, "plain")]);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", join(directory, "locked")]);
  execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-m", "PEM", "-N", "secret", "-f", join(directory, "locked.pem")]);
  writeFileSync(join(directory, "text"), "no key\n");
  silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  portOfSilent = (silent.address() as AddressInfo).port;
});

afterAll(() => {
  silent.close();
  rmSync(directory, { recursive: true });
});

test("a port that nobody listens on", async () => {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const fields = await fault(port, join(directory, "plain"));
  expect(fields.message).toBe(`web1 refuses SSH connections at 127.0.0.1 port ${port}.`);
  expect(fields.next).toBe("Start sshd there, or correct ssh.port in stack.yml.");
});

test("a machine that says nothing", async () => {
  const fields = await fault(portOfSilent, join(directory, "plain"), { timeoutMs: 500 });
  expect(fields.message).toBe(`web1 does not answer at 127.0.0.1 port ${portOfSilent}.`);
  expect(fields.detail).toBe("Timed out while waiting for handshake");
});

test.each(["before it connects", "while it connects"])("an abort %s is passed on as it is", async (when) => {
  const reason = new Error("stopped by hand");
  const controller = new AbortController();
  const connecting = connect({ directory }, host(portOfSilent, join(directory, "plain")), {
    signal: controller.signal,
  });
  if (when === "while it connects") await new Promise((resolve) => silent.once("connection", resolve));
  controller.abort(reason);
  await expect(connecting).rejects.toBe(reason);
});

test.each([
  ["absent", "The SSH key IDENTITY does not exist."],
  ["text", "IDENTITY is not a private SSH key."],
  ["locked", "The SSH key IDENTITY has a passphrase, and no SSH agent is running."],
  ["locked.pem", "The SSH key IDENTITY has a passphrase, and no SSH agent is running."],
])("the key file %s", async (file, message) => {
  const identity = join(directory, file);
  expect((await fault(portOfSilent, identity)).message).toBe(message.replace("IDENTITY", identity));
});

test("no key at all, and an agent that has gone", async () => {
  const gone = connectWith({ home: "/nonexistent", agentSocket: join(directory, "text") });
  const fields = await fault(portOfSilent, undefined, {}, gone);
  expect(fields.message).toBe("There is no SSH key to log in to web1 with.");
});

test("the command line that a host gets", () => {
  expect(remoteCommand(["echo", "a b"])).toBe("env 'LC_ALL=C.UTF-8' echo 'a b'");
  expect(remoteCommand(["id"], { timeoutMs: 1500 }, "free")).toBe(
    `env 'LC_ALL=C.UTF-8' sudo -k -n -- sh -c 'exec "$@"' sh timeout -k 2 1.5 id`,
  );
  expect(remoteCommand(["id"], {}, "password")).toBe(
    `env 'LC_ALL=C.UTF-8' sudo -k -S -p '' -- sh -c 'exec "$@"' sh id`,
  );
});
