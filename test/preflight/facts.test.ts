import { hostname } from "node:os";
import { expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { type CheckedFacts, checkedFacts, parseFacts, quickFacts } from "../../src/preflight/facts.ts";
import { type Call, localSession } from "./local-session.ts";

const NOTHING: CheckedFacts = {
  hostname: undefined,
  distribution: undefined,
  version: undefined,
  codename: undefined,
  cpus: undefined,
  memoryMb: undefined,
  freeMb: undefined,
  varFreeMb: undefined,
  python: undefined,
  sudo: "none",
  interfaces: [],
  machineId: undefined,
  bootId: undefined,
  hostKeys: [],
  connection: undefined,
  missing: [],
};

const links = JSON.stringify([
  { ifname: "lo", link_type: "loopback", addr_info: [{ local: "127.0.0.1", prefixlen: 8, scope: "host" }] },
  {
    ifname: "eth0",
    link_type: "ether",
    address: "52:54:00:00:00:11",
    addr_info: [
      { local: "10.0.0.11", prefixlen: 24, scope: "global" },
      { local: "fe80::1", prefixlen: 64, scope: "link" },
    ],
  },
  { ifname: "eth1", link_type: "ether", addr_info: [] },
  {},
]);
const eth0 = {
  name: "eth0",
  hardwareAddress: "52:54:00:00:00:11",
  addresses: [{ address: "10.0.0.11", prefix: 24 }],
};

const table: [what: string, text: string, facts: Partial<CheckedFacts>][] = [
  ["nothing", "", {}],
  [
    "a host that is fit",
    "distribution=debian\nversion=13\ncodename=trixie\nhostname=web1\ncpus=2\nmemory=2000\nfree=20480\npython=3.13.5\nsudo=passwordless\n",
    {
      distribution: "debian",
      version: "13",
      codename: "trixie",
      hostname: "web1",
      cpus: 2,
      memoryMb: 2000,
      freeMb: 20480,
      python: "3.13.5",
      sudo: "passwordless",
    },
  ],
  ["names without a value", "distribution=debian\nversion=\ncodename=\npython=\ncpus=\n", { distribution: "debian" }],
  ["a file system of its own for /var", "free=1\nvar=2\n", { freeMb: 1, varFreeMb: 2 }],
  ["a banner of the login shell", "Welcome to web1\n  sudo=root\nsudo = root\n", {}],
  ["a value with signs in it", "codename=a=b c\n", { codename: "a=b c" }],
  ["interfaces", `interfaces=${links}\n`, { interfaces: [eth0, { name: "eth1", addresses: [] }] }],
  ["interfaces that are no JSON", "interfaces=Object not found\n", {}],
  ["several keys", "hostkey=ssh-ed25519 A\nhostkey=ssh-rsa B\n", { hostKeys: ["ssh-ed25519 A", "ssh-rsa B"] }],
  ["packages", "missing=nginx\nmissing=nftables\n", { missing: ["nginx", "nftables"] }],
  [
    "a connection",
    "connection=10.0.0.1 50000 10.0.0.11 2222\n",
    { connection: { client: "10.0.0.1", serverPort: 2222 } },
  ],
  [
    "an IPv4 connection to an IPv6 socket",
    "connection=::ffff:10.0.0.1 50000 ::ffff:10.0.0.11 22\n",
    { connection: { client: "10.0.0.1", serverPort: 22 } },
  ],
];

test.each(table)("%s", (_, text, facts) => {
  expect(parseFacts(text)).toEqual({ ...NOTHING, ...facts });
});

test("the script runs under a bare sh", async () => {
  const calls: Call[] = [];
  const env = { SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" };
  const facts = await checkedFacts(localSession(calls, env), ["no-such-package", "dpkg"]);
  const system = await runCommand(["sh", "-c", ". /etc/os-release; echo $ID"]);
  expect(facts).toMatchObject({
    distribution: system.stdout.trim(),
    hostname: hostname(),
    connection: { client: "192.0.2.1", serverPort: 22 },
    missing: ["no-such-package"],
  });
  for (const number of [facts.cpus, facts.memoryMb, facts.freeMb]) expect(number).toBeGreaterThan(0);
  expect(calls.map(({ argv, options }) => [argv, options?.sudo, options?.timeoutMs])).toEqual([
    [["sh", "-s", "--", "no-such-package", "dpkg"], undefined, 15_000],
  ]);
});

test("quick facts are those that the wizard shows", async () => {
  const facts = await quickFacts(localSession());
  expect(Object.keys(facts).sort()).toEqual(
    [
      "hostname",
      "distribution",
      "version",
      "codename",
      "cpus",
      "memoryMb",
      "freeMb",
      "python",
      "sudo",
      "interfaces",
    ].sort(),
  );
});
