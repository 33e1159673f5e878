import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { ssh, sshForSudo } from "../../src/preflight/finding.ts";
import type { SshSettings } from "../../src/stack/stack.ts";
import { stackText, validStack } from "../stack/example.ts";
import { hostOf } from "./examples.ts";

const withSsh = (settings: string) =>
  hostOf("app1", validStack(stackText({ app1: `  app1: { address: 10.0.0.21, tiers: [app], ssh: { ${settings} } }` })));

const WAYS: readonly (readonly [settings: string, arguments_: string])[] = [
  ["", "dora@10.0.0.21"],
  ["user: ops, port: 2222", "-p 2222 ops@10.0.0.21"],
  ["identity: ~/.ssh/shop", "-i /home/dora/.ssh/shop dora@10.0.0.21"],
  ["identity: 'my key'", "-i '/stacks/shop/my key' dora@10.0.0.21"],
  ["proxy_jump: jump@192.0.2.1", "-J jump@192.0.2.1 dora@10.0.0.21"],
  ["proxy_jump: '[fd00::1]:2222'", "-J '[fd00::1]:2222' dora@10.0.0.21"],
  ["proxy_jump: none", "-o 'ProxyCommand=none' -o 'ProxyJump=none' dora@10.0.0.21"],
  [
    "proxy_jump: jump@192.0.2.1:2222, identity: /keys/shop, port: 2200",
    `-o 'ProxyCommand=ssh -i /keys/shop -W "[%h]:%p" -p 2222 jump@192.0.2.1' -i /keys/shop -p 2200 dora@10.0.0.21`,
  ],
  ["host: shop-app1", "shop-app1"],
  ["host: shop-app1, user: ops, port: 22", "-p 22 ops@shop-app1"],
];

describe("the command that gets to a host", () => {
  test.each(WAYS)("{ %s }: ssh %s", (settings, words) => {
    const host = withSsh(settings);
    expect(ssh(host)).toBe(`ssh ${words}`);
    expect(sshForSudo(host)).toBe(`ssh -t ${words}`);
  });

  test("once ssh was asked, what ~/.ssh/config says of an alias is still left to it", () => {
    const host = withSsh("host: shop-app1");
    const resolved: SshSettings = { ...host.ssh, user: "configured", port: 2022 };
    expect(ssh({ ...host, ssh: resolved })).toBe("ssh shop-app1");
  });

  test("root is asked for no password", () => {
    expect(sshForSudo(withSsh("user: root"))).toBe("ssh root@10.0.0.21");
  });

  test.each(WAYS)("{ %s }: ssh takes it", (settings) => {
    const command = ssh(withSsh(settings)).replace(/^ssh/, "ssh -F none -G");
    const said = execFileSync("sh", ["-c", command], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    expect(said).toMatch(/^hostname (10\.0\.0\.21|shop-app1)$/m);
  });
});
