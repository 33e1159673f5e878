import { describe, expect, test } from "vitest";
import { readProxyJump } from "../../src/stack/build.ts";
import { faultLines, stackText, validStack } from "./example.ts";

const withJump = (jump: unknown) => stackText({ more: `ssh: { proxy_jump: ${JSON.stringify(jump)} }` });
const NO_JUMP = "one bastion as [user@]host[:port], an IPv6 address in brackets";

describe("proxy_jump", () => {
  test.each([
    ["192.0.2.1", { user: undefined, host: "192.0.2.1", port: undefined }],
    ["jump@bastion.example", { user: "jump", host: "bastion.example", port: undefined }],
    ["jump@bastion:2200", { user: "jump", host: "bastion", port: 2200 }],
    ["[2001:db8::1]", { user: undefined, host: "2001:db8::1", port: undefined }],
    ["jump@[2001:db8::1]:65535", { user: "jump", host: "2001:db8::1", port: 65535 }],
    ["none", "none"],
  ])("%s", (text, jump) => {
    expect(readProxyJump(text)).toEqual(jump);
    expect(validStack(withJump(text)).hosts.map(({ ssh }) => ssh.proxyJump)).toEqual(Array(5).fill(jump));
  });

  test.each([
    "-oProxyCommand=id",
    "jump@-oProxyCommand=id",
    "a,b",
    "a b",
    "$(id)",
    "`id`",
    "a;b",
    "a\nb",
    "a'b",
    'a"b',
    "%h",
    "{{ x }}",
    "a@b@c",
    "@a",
    "a:",
    "a:0",
    "a:65536",
    "2001:db8::1",
    "[a]",
    "é",
    "a".repeat(300),
  ])("%j is refused", (text) => {
    const [line, ...more] = faultLines(withJump(text));
    expect(more).toEqual([]);
    expect(line).toContain("ssh.proxy_jump");
    expect(line).toContain(NO_JUMP);
  });

  test("a host's own, or none, instead of the stack's", () => {
    const web1 = "  web1: { address: 10.0.0.11, tiers: [loadbalancer, web], ssh: { proxy_jump: none } }";
    const { hosts } = validStack(stackText({ web1, more: "ssh: { proxy_jump: jump@b }" }));
    expect(hosts.map(({ ssh }) => (ssh.proxyJump === "none" ? "none" : ssh.proxyJump?.host))).toEqual([
      "none",
      "b",
      "b",
      "b",
      "b",
    ]);
  });
});

describe("ssh.host", () => {
  const named = (name: string) =>
    stackText({
      web1: `  web1: { address: 10.0.0.11, tiers: [loadbalancer, web], ssh: { host: ${JSON.stringify(name)} } }`,
    });

  test("a name of ~/.ssh/config", () => {
    expect(validStack(named("shop-web_1.prod")).hosts[0]?.ssh.host).toBe("shop-web_1.prod");
    expect(validStack(stackText()).hosts[0]?.ssh.host).toBeUndefined();
  });

  test.each(["-F/tmp/x", "a b", "u@h", "$(id)", "a\nb", "{{ x }}", "h:22", "%h", ""])("%j is refused", (name) => {
    expect(faultLines(named(name))[0]).toContain("hosts.web1.ssh.host");
  });

  test("is one host's, not the stack's", () => {
    expect(faultLines(stackText({ more: "ssh: { host: shop }" }))[0]).toContain("There is no such setting.");
  });
});

test("what stack.yml says of user and port is told from what it leaves to ssh", () => {
  const web1 = "  web1: { address: 10.0.0.11, tiers: [loadbalancer, web], ssh: { port: 22 } }";
  const [first, second] = validStack(stackText({ web1, more: "ssh: { user: deploy }" })).hosts;
  expect(first?.ssh).toMatchObject({ user: "deploy", port: 22, written: { user: "deploy", port: 22 } });
  expect(second?.ssh).toMatchObject({ user: "deploy", port: 22, written: { user: "deploy", port: undefined } });
});
