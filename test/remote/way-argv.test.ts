import { expect, test } from "vitest";
import { wayArgv } from "../../src/remote/way-argv.ts";
import { explainWay } from "../../src/remote/way-error.ts";
import type { SshRoute, SshSettings, SshTarget } from "../../src/stack/stack.ts";

const ROUTE: SshRoute = {
  hostname: "192.0.2.11",
  hostKeyAlias: undefined,
  identityFiles: [],
  agentSocket: undefined,
  identitiesOnly: false,
  proxyJump: undefined,
  proxyCommand: undefined,
  knownHostsFiles: [],
};

function target(ssh: Partial<SshSettings>, route: Partial<SshRoute> = {}): SshTarget {
  const settings = { user: "deploy", port: 2222, identity: undefined, route: { ...ROUTE, ...route }, ...ssh };
  return { name: "web1", address: "192.0.2.11", ssh: settings };
}

const jump = (user: string | undefined, host: string, port: number | undefined) => ({ user, host, port });
const QUIET = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5"];
const PINNED = [
  ...["-o", "StrictHostKeyChecking=yes"],
  ...["-o", 'UserKnownHostsFile="/srv/my shop/known_hosts" "/tmp/100%%"'],
  ...["-o", "GlobalKnownHostsFile=/dev/null"],
];
const FORWARD = ["-W", "[192.0.2.11]:2222"];

test.each<[what: string, target: SshTarget, argv: string[] | undefined]>([
  ["straight", target({}), undefined],
  ["straight, by stack.yml", target({ proxyJump: "none" }), undefined],
  [
    "stack.yml's bastion",
    target({ proxyJump: jump(undefined, "b", undefined) }),
    [...QUIET, ...PINNED, ...FORWARD, "--", "b"],
  ],
  [
    "stack.yml's bastion with all that it can have",
    target({ proxyJump: jump("ops", "2001:db8::1", 2200), identity: "/keys/my id" }, { hostname: "fd00::11" }),
    [
      ...QUIET,
      ...PINNED,
      ...["-o", "IdentitiesOnly=yes", "-o", 'IdentityFile="/keys/my id"'],
      ...["-l", "ops", "-p", "2200", "-W", "[fd00::11]:2222", "--", "2001:db8::1"],
    ],
  ],
  ["the configuration's bastion", target({}, { proxyJump: "b" }), [...QUIET, ...FORWARD, "--", "b"]],
  [
    "several hops",
    target({}, { proxyJump: "a@x:1,b,ops@[2001:db8::1]:2200" }),
    [...QUIET, "-l", "ops", "-p", "2200", "-J", "a@x:1,b", ...FORWARD, "--", "2001:db8::1"],
  ],
  [
    "the configuration's command, by the user's shell",
    target({ host: "shop" }, { proxyCommand: "nc -X 5 '%h' %p %r %n %k 100%% %x", hostKeyAlias: "alias" }),
    ["/bin/zsh", "-c", "exec nc -X 5 '192.0.2.11' 2222 deploy shop alias 100% %x"],
  ],
])("%s", (_, one, argv) => {
  const knownHosts = ["/srv/my shop/known_hosts", "/tmp/100%"];
  expect(wayArgv(one, { knownHosts, connectTimeout: 5, shell: "/bin/zsh" })).toEqual(argv);
});

const own = target({ proxyJump: jump("ops", "b", undefined) });
const configured = target({}, { proxyJump: "a,b" });

test.each<[said: string, host: SshTarget, message: string]>([
  [
    "channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed",
    own,
    "web1 refuses SSH connections at 192.0.2.11 port 2222, asked from the bastion b.",
  ],
  [
    "channel 0: open failed: connect failed: No route to host\r\nstdio forwarding failed",
    own,
    "web1 cannot be reached at 192.0.2.11 port 2222 from the bastion b.",
  ],
  [
    "channel 0: open failed: administratively prohibited: open failed\r\nstdio forwarding failed",
    own,
    "The bastion b does not pass connections on to web1.",
  ],
  ["ops@b: Permission denied (publickey).", own, "The bastion b, on the way to web1, refuses the SSH key."],
  [
    "No ED25519 host key is known for b and you have requested strict checking.\r\nHost key verification failed.",
    configured,
    "The host key of the bastion b, on the way to web1, is not known.",
  ],
  [
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
    own,
    "The host key of the bastion b has changed: this may not be the machine that it was.",
  ],
  [
    "ssh: connect to host b port 22: Connection refused",
    own,
    "The bastion b, on the way to web1, refuses SSH connections.",
  ],
  ["ssh: connect to host b port 22: Connection timed out", own, "The bastion b, on the way to web1, does not answer."],
  [
    "ssh: Could not resolve hostname b: Name or service not known",
    configured,
    "The name of the bastion b, on the way to web1, cannot be resolved.",
  ],
  ["", own, "web1 does not answer at 192.0.2.11 port 2222, asked from the bastion b."],
  ["what?", configured, "The bastion b does not lead to web1 at 192.0.2.11 port 2222."],
  [
    "nc: not found",
    target({}, { proxyCommand: "nc %h %p" }),
    "The ProxyCommand of your ~/.ssh/config does not lead to web1 at 192.0.2.11 port 2222.",
  ],
])("%j", (said, host, message) => {
  const found = explainWay(host, said, "ssh web1");
  expect(found.message).toBe(message);
  expect(found.next).toMatch(/\.$|: ssh web1$|sshd_config\.$/);
});
