import { expect, test } from "vitest";
import { EXIT, QuintetError } from "../../../src/errors.ts";
import { type HostFacts, parseFacts } from "../../../src/preflight/facts.ts";
import type { Session } from "../../../src/remote/session.ts";
import type { Host } from "../../../src/stack/stack.ts";
import { type Found, type LookAt, Looks } from "../../../src/wizard/look/looks.ts";

const host = (name: string, address: string, user = "deploy"): Host =>
  ({ name, address, privateAddress: address, tiers: ["web"], ssh: { user, port: 22 } }) as unknown as Host;

const FACTS: HostFacts = parseFacts(
  [
    ...["distribution=debian", "version=13", "hostname=www", "cpus=2", "memory=2048", "free=20480", "python=3.13.5"],
    ...["sudo=passwordless", 'interfaces=[{"ifname":"eth0","addr_info":[{"local":"10.0.0.1","prefixlen":24}]}]'],
  ].join("\n"),
);

/** Looks that end when the test says so. */
function controlled() {
  const open: { host: Host; signal: AbortSignal; find(facts?: HostFacts): void; fail(error: unknown): void }[] = [];
  const closed: string[] = [];
  const lookAt: LookAt = (target, signal) =>
    new Promise<Found>((resolve, reject) => {
      const session = { close: () => closed.push(target.address) } as unknown as Session;
      const key = { name: target.name, type: "ssh-ed25519", fingerprint: "SHA256:x", line: "x\n", known: false };
      open.push({
        host: target,
        signal,
        find: (facts = FACTS) => resolve({ facts, session, keys: [key] }),
        fail: reject,
      });
    });
  return { open, closed, looks: new Looks(lookAt) };
}

const text = (looks: Looks, columns = 80) => looks.lines(columns).map((line) => line.map((span) => span.text).join(""));

test("each host in a line: looking, found, failed", async () => {
  const { looks, open } = controlled();
  looks.want([host("web1", "10.0.0.1"), host("web2", "10.0.0.2"), host("database1", "10.0.0.3")]);
  open[0]?.find();
  open[1]?.fail(
    new QuintetError({ message: "web2 does not answer at 10.0.0.2 port 22.", exitCode: EXIT.preflight, next: "" }),
  );
  await expect
    .poll(() => text(looks))
    .toEqual([
      "ok  web1       www  Debian 13  2 CPU  2.0G RAM  20G free  sudo  eth0",
      "no  web2       does not answer at 10.0.0.2 port 22",
      "..  database1  looking at 10.0.0.3",
    ]);
  expect(text(looks, 50)[0]).toBe("ok  web1       www  Debian 13  2 CPU  2.0G RAM");
  expect(looks.brief.lines(80).map((line) => line.map((span) => span.text).join(""))).toEqual([
    "ok  1 of 3 hosts are ready",
    "no  web2       does not answer at 10.0.0.2 port 22",
    "..  database1  looking at 10.0.0.3",
  ]);
});

test("says what a host lacks", async () => {
  const { looks, open } = controlled();
  looks.want([host("web1", "10.0.0.1")]);
  open[0]?.find({ ...FACTS, sudo: "none", python: undefined, hostname: "\x1b[2J" });
  await looks.settled();
  expect(text(looks)[0]).toMatch(/^no {2}web1 {2}this user may not use sudo, no \/usr\/bin\/python3 {2}\?\[2J/);
});

test("a changed address or login gives the look up, an unchanged one keeps it", async () => {
  const { looks, open, closed } = controlled();
  looks.want([host("web1", "10.0.0.1"), host("web2", "10.0.0.2")]);
  looks.want([host("web1", "10.0.0.1"), host("web2", "10.0.0.22")]);
  expect(open.map((one) => [one.host.address, one.signal.aborted])).toEqual([
    ["10.0.0.1", false],
    ["10.0.0.2", true],
    ["10.0.0.22", false],
  ]);
  // One that comes too late closes its connection and changes nothing.
  open[1]?.find();
  open[0]?.find();
  await expect.poll(() => closed).toEqual(["10.0.0.2"]);
  looks.want([host("web1", "10.0.0.1", "root")]);
  expect(closed).toEqual(["10.0.0.2", "10.0.0.1"]);
  expect(open).toHaveLength(4);
});

test("two names for one machine are one connection; a look is repeated only when asked", async () => {
  const { looks, open } = controlled();
  const hosts = [host("web1", "10.0.0.1"), host("web2", "10.0.0.1")];
  looks.want(hosts);
  expect(open).toHaveLength(1);
  open[0]?.fail(new Error("defect"));
  await looks.settled();
  looks.want(hosts);
  expect(open).toHaveLength(1);
  looks.again(hosts);
  expect(open).toHaveLength(2);
});

test("tells its listeners of each change until they leave", async () => {
  const { looks, open } = controlled();
  let times = 0;
  const stop = looks.subscribe(() => times++);
  looks.want([host("web1", "10.0.0.1")]);
  open[0]?.find();
  await looks.settled();
  expect(times).toBe(2);
  stop();
  looks.close();
  looks.want([]);
  expect(times).toBe(2);
});
