import { expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { type HostFacts, parseFacts, probe } from "../../src/preflight/probe.ts";
import type { RunOptions, Session } from "../../src/remote/session.ts";
import { host } from "../nspawn/example.ts";

const NOTHING: HostFacts = {
  distribution: undefined,
  version: undefined,
  codename: undefined,
  python: undefined,
  root: false,
  freeMb: undefined,
  holdsVirtualIp: false,
  virtualIpNeighbour: undefined,
};

const table: [what: string, text: string, facts: Partial<HostFacts>][] = [
  ["nothing", "", {}],
  [
    "a host that is fit",
    "distribution=debian\nversion=13\ncodename=trixie\npython=3.13.5\nroot=yes\nfree=20480\n",
    { distribution: "debian", version: "13", codename: "trixie", python: "3.13.5", root: true, freeMb: 20480 },
  ],
  ["names without a value", "distribution=debian\nversion=\ncodename=\npython=\n", { distribution: "debian" }],
  ["the holder of the virtual IP", "holds=yes\n", { holdsVirtualIp: true }],
  ["a neighbour", "neighbour=02:00:00:00:00:01\n", { virtualIpNeighbour: "02:00:00:00:00:01" }],
  ["a banner of the login shell", "Welcome to web1\n  root=yes\nroot = yes\n", {}],
  ["a value with signs in it", "codename=a=b c\n", { codename: "a=b c" }],
];

test.each(table)("%s", (_, text, facts) => {
  expect(parseFacts(text)).toEqual({ ...NOTHING, ...facts });
});

/** A session whose host is this computer; remembers what was run. */
function localSession(calls: { argv: readonly string[]; options: RunOptions | undefined }[]): Session {
  return {
    host: host("web1", "127.0.0.1"),
    run(argv, options) {
      calls.push({ argv, options });
      return runCommand(argv, options?.input === undefined ? {} : { input: options.input });
    },
    stream: () => {
      throw new Error("not needed");
    },
    close: () => undefined,
  };
}

test("the script runs under a bare sh, and sees who holds an address", async () => {
  const calls: Parameters<typeof localSession>[0] = [];
  const { signal } = new AbortController();
  const facts = await probe(localSession(calls), "127.0.0.1", signal);
  const uname = await runCommand(["sh", "-c", ". /etc/os-release; echo $ID"]);
  expect(facts.distribution).toBe(uname.stdout.trim());
  expect(facts.freeMb).toBeGreaterThan(0);
  expect(facts.holdsVirtualIp).toBe(true);
  expect(calls.map(({ argv, options }) => ({ argv, timeoutMs: options?.timeoutMs }))).toEqual([
    { argv: ["sh", "-s", "--", "127.0.0.1"], timeoutMs: 15_000 },
  ]);
});

test("a host that is no balancer is not asked about the virtual IP", async () => {
  const calls: Parameters<typeof localSession>[0] = [];
  const facts = await probe(localSession(calls), undefined, new AbortController().signal);
  expect(facts.holdsVirtualIp).toBe(false);
  expect(calls[0]?.argv).toEqual(["sh", "-s", "--"]);
});
