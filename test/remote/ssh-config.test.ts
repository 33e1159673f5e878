import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { resolveHost } from "../../src/remote/resolve.ts";
import { readSshConfig, sshConfigArgv } from "../../src/remote/ssh-config.ts";
import type { SshSettings, SshTarget } from "../../src/stack/stack.ts";

const around = { home: "/home/dora", agentSocket: "/run/agent" };

function target(ssh: Partial<SshSettings> = {}): SshTarget {
  const { user, port } = ssh;
  return {
    name: "web1",
    address: "192.0.2.11",
    ssh: { user: "dora", port: 22, identity: undefined, written: { user, port }, ...ssh },
  };
}

test.each<[what: string, ssh: Partial<SshSettings>, words: string[]]>([
  ["nothing in stack.yml", {}, ["--", "192.0.2.11"]],
  ["user and port", { user: "deploy", port: 2222 }, ["-l", "deploy", "-p", "2222", "--", "192.0.2.11"]],
  ["a name of ~/.ssh/config", { host: "shop-web1" }, ["--", "shop-web1"]],
  [
    "a key",
    { identity: '/home/dora/my "100%" key' },
    ["-o", "IdentitiesOnly=yes", "-o", 'IdentityFile="/home/dora/my \\"100%%\\" key"', "--", "192.0.2.11"],
  ],
  [
    "a bastion",
    { proxyJump: { user: "jump", host: "b", port: 1 } },
    ["-o", "ProxyCommand=none", "-o", "ProxyJump=none", "--", "192.0.2.11"],
  ],
  [
    "no bastion, whatever the configuration says",
    { proxyJump: "none" },
    ["-o", "ProxyCommand=none", "-o", "ProxyJump=none", "--", "192.0.2.11"],
  ],
])("ssh -G for %s", (_, ssh, words) => {
  expect(sshConfigArgv(target(ssh))).toEqual(["ssh", "-G", ...words]);
});

test("an ssh that says nothing leaves everything as stack.yml has it", () => {
  expect(readSshConfig("", target({ user: "deploy", port: 2222 }), around)).toMatchObject({
    user: "deploy",
    port: 2222,
    route: { hostname: "192.0.2.11", identityFiles: [], agentSocket: "/run/agent", identitiesOnly: false },
  });
});

test.each([
  ["", "/run/agent"],
  ["identityagent SSH_AUTH_SOCK\n", "/run/agent"],
  ["identityagent none\n", undefined],
  ["identityagent ~/agent of %r\n", "/home/dora/agent of dora"],
])("%j: the agent is %s", (text, socket) => {
  expect(readSshConfig(text, target(), around).route?.agentSocket).toBe(socket);
});

/** ssh itself, with a configuration of ours instead of the user's. */
describe("a real ssh", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "quintet-ssh-"));
    writeFileSync(
      join(directory, "config"),
      `Host shop-web1
  HostName web1.shop.example
  User alice
  Port 2201
  IdentityFile "~/.ssh/my key"
  IdentityFile %d/keys/%r@%h:%p
  IdentityFile /keys/100%%
  IdentityAgent none
  IdentitiesOnly yes
  HostKeyAlias Shop
  UserKnownHostsFile /home/dora/.ssh/shop_hosts
  GlobalKnownHostsFile none
  ProxyJump ops@b1:2200,b2
Host 192.0.2.*
  ProxyCommand nc -X 5 %h %p # "x y"
  Port 2202
Host b
  HostName 192.0.2.99
  User ops
`,
    );
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const resolve = (one: SshTarget) =>
    resolveHost(one, {
      ...around,
      run: ([ssh = "", ...words], options) => runCommand([ssh, "-F", join(directory, "config"), ...words], options),
    });

  test("a host by its name there", async () => {
    expect((await resolve(target({ host: "shop-web1" }))).ssh).toEqual({
      user: "alice",
      port: 2201,
      identity: undefined,
      written: { user: undefined, port: undefined },
      host: "shop-web1",
      route: {
        hostname: "web1.shop.example",
        hostKeyAlias: "shop",
        identityFiles: ["/home/dora/.ssh/my key", "/home/dora/keys/alice@web1.shop.example:2201", "/keys/100%"],
        agentSocket: undefined,
        identitiesOnly: true,
        proxyJump: "ops@b1:2200,b2",
        proxyCommand: undefined,
        knownHostsFiles: ["/home/dora/.ssh/shop_hosts"],
      },
    });
  });

  test("stack.yml wins where it says something", async () => {
    const { ssh } = await resolve(target({ host: "shop-web1", user: "deploy", port: 22, identity: "/k/a b 1%" }));
    expect(ssh).toMatchObject({ user: "deploy", port: 22, route: { hostname: "web1.shop.example" } });
    expect(ssh.route?.identityFiles[0]).toBe("/k/a b 1%");
    expect(ssh.route?.identityFiles).toHaveLength(4);
  });

  test("a host by its address", async () => {
    const { ssh } = await resolve(target());
    expect(ssh).toMatchObject({ port: 2202, route: { proxyCommand: 'nc -X 5 %h %p # "x y"', proxyJump: undefined } });
  });

  test("stack.yml's bastion: not the configuration's way, but its name for the bastion", async () => {
    const { ssh } = await resolve(
      target({ proxyJump: { user: undefined, host: "b", port: undefined }, identity: "/k" }),
    );
    expect(ssh.route).toMatchObject({ proxyCommand: undefined, proxyJump: undefined });
    expect(ssh.bastion).toMatchObject({
      name: "the bastion b",
      address: "b",
      ssh: { user: "ops", port: 22, route: { hostname: "192.0.2.99", identityFiles: ["/k"] } },
    });
  });

  test("straight, whatever the configuration says", async () => {
    const { ssh } = await resolve(target({ proxyJump: "none" }));
    expect(ssh.bastion).toBeUndefined();
    expect(ssh.route).toMatchObject({ proxyCommand: undefined, proxyJump: undefined });
  });

  test("a configuration that ssh refuses", async () => {
    writeFileSync(join(directory, "bad"), "Bad x\n");
    const asked = resolveHost(target(), {
      ...around,
      run: ([ssh = "", ...words]) => runCommand([ssh, "-F", join(directory, "bad"), ...words]),
    });
    await expect(asked).rejects.toMatchObject({
      fields: {
        message: "ssh cannot make out how to reach web1.",
        exitCode: 2,
        detail: expect.stringContaining("line 1: Bad configuration option: bad"),
        next: "Correct ~/.ssh/config until this works: ssh -G -- 192.0.2.11",
      },
    });
  });

  test("no ssh at all", async () => {
    const asked = resolveHost(target(), { ...around, run: (words) => runCommand(["/nonexistent/ssh", ...words]) });
    await expect(asked).rejects.toMatchObject({ fields: { message: "ssh cannot be started on this computer." } });
  });
});
