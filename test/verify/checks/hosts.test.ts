import { expect, test } from "vitest";
import type { Host } from "../../../src/stack/stack.ts";
import { backupAge } from "../../../src/verify/checks/backup-age.ts";
import { baseOf, clocks } from "../../../src/verify/checks/clocks.ts";
import { databaseDemandsTls, databaseTls } from "../../../src/verify/checks/database-tls.ts";
import { diskSpace, judgeDisks } from "../../../src/verify/checks/disk-space.ts";
import { configurationLoaded, failedUnits, services } from "../../../src/verify/checks/host-services.ts";
import { stickTables } from "../../../src/verify/checks/stick-tables.ts";
import type { Check, Context } from "../../../src/verify/context.ts";
import type { Disk, HostLook } from "../../../src/verify/look/look.ts";
import { runCheck } from "../../../src/verify/run-check.ts";
import { brief, contextOf, looksOf, sessionsOf } from "./context.ts";

const GIB = 2 ** 30;
const disk = (change: Partial<Disk> = {}): Disk => ({
  path: "/",
  bytes: 20 * GIB,
  free: 10 * GIB,
  inodes: 1_000_000,
  freeInodes: 900_000,
  readOnly: false,
  ...change,
});

const WELL: Partial<HostLook> = {
  failed: [],
  units: [{ unit: "nginx.service", active: "active", enabled: "enabled" }],
  loaded: [{ unit: "nginx.service", change: "reload", path: "/etc/nginx/nginx.conf", loaded: true }],
  filterConfirmed: true,
  disks: [disk()],
  backup: null,
  database: {
    requiresTls: true,
    accounts: [
      { from: "10.0.0.21", requiresTls: true },
      { from: "10.0.0.22", requiresTls: true },
    ],
  },
  handshake: { version: "9.7.0", protocol: "TLSv1.3", expires: Date.now() / 1000 + 100.5 * 86_400 },
};

/** Hosts that are well, but for what one of them is not. */
function hostsBut(name: string, look: Partial<HostLook>, over: Partial<Context> = {}): Context {
  const looks = Object.fromEntries(["web1", "web2", "app1", "app2", "db1"].map((one) => [one, WELL]));
  return contextOf({}, {}, { ...looksOf({ ...looks, [name]: { ...WELL, ...look } }), ...over });
}

const failures = async (check: Check, context: Context) =>
  (await runCheck(check, context)).filter((one) => one.status === "failed");

const OF_HOSTS: readonly Check[] = [failedUnits, services, configurationLoaded, diskSpace, clocks];

test.each(OF_HOSTS.map((check) => [check.id, check] as const))(
  "%s passes for each of five hosts that are well",
  async (_, check) => {
    const found = await runCheck(check, hostsBut("web1", {}));
    expect(found.map(({ host, tier, status }) => `${host} ${tier} ${status}`)).toEqual([
      "web1 loadbalancer passed",
      "web2 loadbalancer passed",
      "app1 app passed",
      "app2 app passed",
      "db1 database passed",
    ]);
    expect(found.every((one) => one.fix === undefined)).toBe(true);
  },
);

test.each<[string, Check, Partial<HostLook>, string]>([
  ["a failed unit", failedUnits, { failed: ["backup.service", "app.service"] }, "backup.service, app.service"],
  [
    "a service that does not run",
    services,
    { units: [{ unit: "nginx.service", active: "inactive", enabled: "enabled" }] },
    "nginx.service is inactive and enabled",
  ],
  [
    "a service that does not start with the host",
    services,
    { units: [{ unit: "app.service", active: "active", enabled: "disabled" }] },
    "app.service is active and disabled",
  ],
  [
    "a unit that systemd does not know",
    services,
    { units: [{ unit: "app.service", active: "inactive", enabled: "" }] },
    "app.service is inactive and unknown",
  ],
  ["a host that names no unit", services, { units: [] }, ""],
  [
    "a file that was edited and not loaded",
    configurationLoaded,
    { loaded: [{ unit: "nginx.service", change: "reload", path: "/etc/nginx/nginx.conf", loaded: false }] },
    "nginx.service has not loaded /etc/nginx/nginx.conf",
  ],
  [
    "rules that nobody confirmed",
    configurationLoaded,
    { filterConfirmed: false },
    "the packet filter's rules are not confirmed",
  ],
  ["a full disk", diskSpace, { disks: [disk({ path: "/var", free: 0 })] }, "/var has 0 % of its space free (0 MiB)"],
  ["a clock that is off", clocks, { clock: { offsetMs: -2_500, uncertaintyMs: 100 } }, "-2500 ms, give or take 100"],
])("%s fails on that host alone, with what mends it", async (_, check, look, actual) => {
  const found = await failures(check, hostsBut("app2", look));
  expect(found.map(({ host, tier, actual }) => ({ host, tier, actual }))).toEqual([
    { host: "app2", tier: "app", actual },
  ]);
  expect(found[0]?.fix).toMatch(/\w/);
});

test.each([...OF_HOSTS, databaseTls, databaseDemandsTls, backupAge].map((check) => [check.id, check] as const))(
  "%s fails where a host cannot be looked at",
  async (_, check) => {
    const error = new Error("The SSH connection was lost.");
    const context = hostsBut("web1", {}, { look: async () => Promise.reject(error) });
    expect((await failures(check, context))[0]?.actual).toBe("The SSH connection was lost.");
  },
);

test("a section that could not be found out fails, with the reason", async () => {
  const errors = { failed: "no systemctl", units: "no", loaded: "no", disks: "no", filterConfirmed: "no rules" };
  const context = hostsBut("db1", { errors });
  for (const check of [failedUnits, services, configurationLoaded, diskSpace]) {
    expect((await failures(check, context)).map(({ host }) => host)).toEqual(["db1"]);
  }
  expect((await failures(clocks, context)).length).toBe(0);
});

test("that nobody wrote down what a service has loaded is said, and no failure", async () => {
  const loaded = [{ unit: "nginx.service", change: "reload", path: "/etc/nginx/nginx.conf", loaded: null }];
  expect(brief(await configurationLoaded.run(hostsBut("web1", { loaded })))[0]).toBe(
    "web1 skipped: nothing is written down of nginx.service, which has run since before the last apply",
  );
});

test.each<[what: string, change: Partial<Disk>, status: string, warning: string | undefined]>([
  ["half full", {}, "passed", undefined],
  ["a tenth free", { free: 2 * GIB }, "passed", "/ has 10 % of its space free (2048 MiB)."],
  ["almost full", { free: 0.9 * GIB }, "failed", undefined],
  [
    "a large one with 6 GiB free",
    { bytes: 900 * GIB, free: 6 * GIB },
    "passed",
    "/ has 0 % of its space free (6144 MiB).",
  ],
  ["a large one with 21 GiB free", { bytes: 900 * GIB, free: 21 * GIB }, "passed", undefined],
  ["out of inodes", { freeInodes: 10_000 }, "failed", undefined],
  ["soon out of inodes", { freeInodes: 100_000 }, "passed", "/ has 10 % of its inodes free."],
  ["one that counts no inodes", { inodes: 0, freeInodes: 0 }, "passed", undefined],
  ["one that an error made read-only", { readOnly: true }, "failed", undefined],
])("a disk that is %s", (_, change, status, warning) => {
  expect(judgeDisks([disk({ path: "/run" }), disk(change)])).toMatchObject({ status, ...(warning ? { warning } : {}) });
  if (warning === undefined) expect(judgeDisks([disk(change)])).not.toHaveProperty("warning");
});

test("no disk at all is no disk with space", () => {
  expect(judgeDisks([]).status).toBe("failed");
});

test("a warning is told once, with the host's name", async () => {
  const warnings: string[] = [];
  const context = hostsBut("db1", { disks: [disk({ free: 2 * GIB })] }, { warn: (text) => warnings.push(text) });
  expect(await failures(diskSpace, context)).toEqual([]);
  expect(warnings).toEqual(["db1: / has 10 % of its space free (2048 MiB)."]);
});

const clocksOf = (...offsets: number[]) =>
  offsets.map((offsetMs, index) => ({ host: { name: `h${index}` } as Host, clock: { offsetMs, uncertaintyMs: 100 } }));

test.each<[offsets: number[], base: number, warning: string | undefined]>([
  [[0, 30, -20], 0, undefined],
  [[2_050, 2_080], 0, undefined],
  [[9_000, 0], 0, undefined],
  [[9_000], 0, undefined],
  [[9_000, 9_100, 9_300], 9_100, "This computer's clock is 9.1 s behind the hosts, which agree with each other."],
  [[-9_000, -9_100], -9_000, "This computer's clock is 9.0 s ahead of the hosts, which agree with each other."],
  [[9_000, 19_000], 0, undefined],
])("clocks %j are compared with %i", (offsets, base, warning) => {
  expect(baseOf(clocksOf(...offsets))).toEqual({ base, ...(warning === undefined ? {} : { warning }) });
});

test("where this computer alone is wrong, hosts pass, and that is a warning", async () => {
  const warnings: string[] = [];
  const look = async () => ({ errors: {}, clock: { offsetMs: 60_000, uncertaintyMs: 40 } });
  const context = contextOf({}, {}, { look, warn: (text) => warnings.push(text) });
  expect(await failures(clocks, context)).toEqual([]);
  expect(warnings).toEqual(["This computer's clock is 60.0 s behind the hosts, which agree with each other."]);
});

test("doubt counts for the clock", async () => {
  expect(await failures(clocks, hostsBut("app1", { clock: { offsetMs: 2_500, uncertaintyMs: 600 } }))).toEqual([]);
});

test("the database's TLS as it should be", async () => {
  const context = hostsBut("web1", {});
  expect(brief(await databaseTls.run(context))).toEqual([
    "app1 passed: 9.7.0, TLSv1.3, 100 days left",
    "app2 passed: 9.7.0, TLSv1.3, 100 days left",
  ]);
  expect(brief(await databaseDemandsTls.run(context))).toEqual([
    "db1 passed: require_secure_transport, and accounts for 10.0.0.21, 10.0.0.22 with TLS only",
  ]);
});

const handshake = (change: object) => ({ handshake: { version: "9", protocol: "TLSv1.2", expires: 2e10, ...change } });
const inDays = (days: number) => Date.now() / 1000 + (days + 0.5) * 86_400;

test.each<[string, Partial<HostLook>, string]>([
  ["an old protocol", handshake({ protocol: "TLSv1.1" }), "app1: 9, TLSv1.1, "],
  ["a certificate that ends soon", handshake({ expires: inDays(6) }), "app1: 9, TLSv1.2, 6 days left"],
  [
    "one that is not trusted",
    { errors: { handshake: "CERTIFICATE_VERIFY_FAILED" } },
    "app1: CERTIFICATE_VERIFY_FAILED",
  ],
])("from one app host, %s fails", async (_, look, said) => {
  const found = await failures(databaseTls, hostsBut("app1", look));
  expect(found.map(({ host, actual }) => `${host}: ${actual}`)).toEqual([expect.stringContaining(said)]);
});

test("a certificate that has three weeks left is a warning, told once", async () => {
  const warnings: string[] = [];
  const look = async (): Promise<HostLook> => ({
    ...WELL,
    ...handshake({ expires: inDays(20) }),
    errors: {},
    clock: { offsetMs: 0, uncertaintyMs: 0 },
  });
  expect(await failures(databaseTls, contextOf({}, {}, { look, warn: (text) => warnings.push(text) }))).toEqual([]);
  expect(warnings).toEqual(["The database's certificate has 20 days left: run apply, which makes a new one."]);
});

const account = (from: string, requiresTls = true) => ({ from, requiresTls });

test.each([
  [{ requiresTls: false, accounts: [account("10.0.0.21"), account("10.0.0.22")] }, "require_secure_transport is off"],
  [
    { requiresTls: true, accounts: [account("10.0.0.21"), account("10.0.0.22", false)] },
    "the account from 10.0.0.22 needs no TLS",
  ],
  [{ requiresTls: true, accounts: [account("10.0.0.21")] }, "there is no account from 10.0.0.22"],
])("a database that lets somebody in without TLS: %j", async (database, actual) => {
  expect((await failures(databaseDemandsTls, hostsBut("db1", { database }))).map((one) => one.actual)).toEqual([
    actual,
  ]);
});

test.each([
  [null, "skipped", "there is no backup in /var/backups/quintet"],
  [{ file: "/b/x", ageSeconds: 3600 * 20, bytes: 5 }, "passed", "/b/x is 20 hours old, 5 bytes"],
  [{ file: "/b/x", ageSeconds: 3600 * 49, bytes: 5 }, "failed", "/b/x is 49 hours old, 5 bytes"],
  [{ file: "/b/x", ageSeconds: 3600, bytes: 0 }, "failed", "/b/x is 1 hours old, 0 bytes"],
])("of a backup %j", async (backup, status, actual) => {
  const found = await runCheck(backupAge, hostsBut("db1", { backup }));
  expect(found.map((one) => [one.host, one.status, one.actual])).toEqual([["db1", status, actual]]);
});

const PEERS =
  "0x1: [..] id=balancers disabled=0\n  0x2: id=web1(local,inactive) addr=10.0.0.11:10000 last_status=NONE\n  0x3: id=web2(remote,active) addr=10.0.0.12:10000 app_state=RUNNING last_status=CONN last_hdshk=1s\n";

test("balancers that see each other's entries pass, each asked once, with keys of its own", async () => {
  const asked: string[][] = [];
  const sessions = sessionsOf(async (host, argv, options) => {
    expect(options.sudo).toBe(true);
    asked.push([host, ...argv.slice(3)]);
    return { stdout: JSON.stringify({ seen: true, refused: "", peers: PEERS }) };
  });
  expect(brief(await stickTables.run(contextOf({}, {}, sessions)))).toEqual([
    "web1 passed: what the other has put into the table",
    "web2 passed: what the other has put into the table",
  ]);
  const [[, own, other] = [], second] = asked;
  expect(own).toMatch(/^2001:db8(:[1-9a-f][0-9a-f]{3}){6}$/);
  expect(second).toEqual(["web2", other, own]);
});

test.each([
  [{ stdout: JSON.stringify({ seen: false, refused: "", peers: PEERS }) }, "nothing within 10 s (web2 is CONN)"],
  [{ stdout: JSON.stringify({ seen: false, refused: "", peers: "" }) }, "nothing within 10 s (no peer is known)"],
  [{ stdout: JSON.stringify({ seen: false, refused: "No such table", peers: PEERS }) }, "No such table"],
  [
    { exitCode: 1, stderr: "Traceback\nFileNotFoundError" },
    "HAProxy's runtime socket does not answer: FileNotFoundError",
  ],
])("a table that is not in step: %j", async (result, actual) => {
  const sessions = sessionsOf(async (host) =>
    host === "web1" ? result : { stdout: JSON.stringify({ seen: true, refused: "", peers: PEERS }) },
  );
  const found = await failures(stickTables, contextOf({}, {}, sessions));
  expect(found.map((one) => `${one.host}: ${one.actual}`)).toEqual([`web1: ${actual}`]);
});
