import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { Session } from "../../src/remote/session.ts";
import { systemClock } from "../../src/verify/clock.ts";
import { type Answers, clockOf, lookAt } from "../../src/verify/look/look.ts";
import { type Questions, questionsFor } from "../../src/verify/look/questions.ts";
import { makeLooks } from "../../src/verify/looks.ts";
import { makeCertificate, type TestCertificate } from "./certificates.ts";
import { contextOf, here, listen, sessionsOf } from "./checks/context.ts";
import { fiveHosts } from "./stack.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quintet-look-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
});

/** A command that stands in for a host's. */
const stand = (name: string, script: string) =>
  writeFile(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

/** What the script that runs on hosts says here. */
async function look(questions: Partial<Questions>): Promise<Answers> {
  const session = {
    run: (argv: readonly string[], options = {}) => here(argv, options, directory),
  } as unknown as Session;
  return lookAt(session, questions as Questions, { clock: systemClock, signal: new AbortController().signal });
}

test("failed units, and how services are", async () => {
  await stand(
    "systemctl",
    `case $1 in
      list-units) echo "app.service loaded failed failed Application"; echo "x.mount loaded failed failed X" ;;
      show) printf 'Id=nginx.service\\nActiveState=active\\nUnitFileState=enabled\\n\\nId=gone.service\\nActiveState=inactive\\nUnitFileState=\\n' ;;
    esac`,
  );
  expect(await look({ failed: true, units: ["nginx.service", "gone.service"] })).toMatchObject({
    errors: {},
    failed: ["app.service", "x.mount"],
    units: [
      { unit: "nginx.service", active: "active", enabled: "enabled" },
      { unit: "gone.service", active: "inactive", enabled: "" },
    ],
  });
});

test("what cannot be found out is told apart from the rest", async () => {
  await stand("systemctl", 'echo "Failed to connect to bus" >&2; exit 1');
  const { errors, disks = [], failed } = await look({ failed: true, disks: ["/", "/tmp", "/nowhere"] });
  expect(errors).toEqual({ failed: "Failed to connect to bus" });
  expect(failed).toBe(undefined);
  expect(disks[0]).toMatchObject({ path: "/", readOnly: false });
  expect(disks[0]?.bytes).toBeGreaterThan(disks[0]?.free ?? Number.POSITIVE_INFINITY);
  expect(disks.some(({ path }) => path === "/nowhere")).toBe(false);
});

test("the newest backup, or that there is none", async () => {
  const backups = join(directory, "backups");
  expect(await look({ backup: backups })).toMatchObject({ backup: null });
  await mkdir(join(backups, "old"), { recursive: true });
  await writeFile(join(backups, "old", "a"), "older");
  await utimes(join(backups, "old", "a"), 1e9, 1e9);
  await writeFile(join(backups, "b"), "newer!");
  const old = Date.now() / 1000 - 7200;
  await utimes(join(backups, "b"), old, old);
  const { backup } = await look({ backup: backups });
  expect(backup).toMatchObject({ file: join(backups, "b"), bytes: 6 });
  expect(Math.round((backup?.ageSeconds ?? 0) / 100)).toBe(72);
});

test("what the database says of itself", async () => {
  await stand(
    "mysql",
    `case "$*" in *"User = 'shop'"*) printf '1\\n10.0.0.21\\t1\\n10.0.0.22\\t0\\n' ;; *) exit 1 ;; esac`,
  );
  expect(await look({ database: { client: "mysql", account: "shop" } })).toMatchObject({
    errors: {},
    database: {
      requiresTls: true,
      accounts: [
        { from: "10.0.0.21", requiresTls: true },
        { from: "10.0.0.22", requiresTls: false },
      ],
    },
  });
});

const CAPABLE_OF_TLS = 0x800;

/** A server that greets as MySQL does, and then is asked for TLS: in a packet of its own, whatever TCP makes of it. */
async function database({ cert, key }: TestCertificate, capabilities = CAPABLE_OF_TLS): Promise<number> {
  const secured = createTlsServer({ cert, key }, (socket) => socket.on("error", () => {}));
  secured.on("tlsClientError", () => {});
  const within = await listen(secured);
  const version = Buffer.from([10, ...Buffer.from("9.7.0\0")]);
  const flags = Buffer.from([capabilities & 0xff, capabilities >> 8]);
  const greeting = Buffer.concat([version, Buffer.alloc(13), flags, Buffer.alloc(40)]);
  const greet = (socket: Socket) => {
    socket.on("error", () => {});
    socket.write(packet(greeting));
    let asked = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      asked = Buffer.concat([asked, chunk]);
      if (asked.length < 36) return;
      socket.off("data", onData);
      // Length 32, then what the client can do.
      if (asked.readUInt32LE(0) !== 0x01000020 || !(asked.readUInt32LE(4) & CAPABLE_OF_TLS))
        return void socket.destroy();
      const inner = connect(within, "127.0.0.1");
      inner.on("error", () => socket.destroy());
      inner.write(asked.subarray(36));
      socket.pipe(inner).pipe(socket);
    };
    socket.on("data", onData);
  };
  return listen(createServer(greet));
}

const packet = (payload: Buffer) => Buffer.concat([Buffer.from([payload.length, 0, 0, 0]), payload]);

const shake = async (port: number, ca: string) => {
  const { errors, handshake } = await look({ handshake: { address: "127.0.0.1", port, trust: { cadata: ca } } });
  return errors.handshake ?? handshake;
};

test("a handshake with a database: version, protocol and until when", async () => {
  const certificate = makeCertificate("db1", 20, "IP:127.0.0.1");
  const found = await shake(await database(certificate), certificate.ca);
  expect(found).toMatchObject({ version: "9.7.0", protocol: "TLSv1.3" });
  const { expires } = found as { expires: number };
  expect(Math.round((expires * 1000 - Date.now()) / 86_400_000)).toBe(20);
});

test("each way in which a database's TLS can be wrong is told", async () => {
  const certificate = makeCertificate("db1", 20, "IP:127.0.0.1");
  const other = makeCertificate("db1", 20, "IP:127.0.0.2");
  const port = await database(certificate);
  expect(await shake(port, other.ca)).toMatch(/CERTIFICATE_VERIFY_FAILED/);
  expect(await shake(await database(other), other.ca)).toMatch(/IP address mismatch/);
  expect(await shake(await database(certificate, 0), certificate.ca)).toBe("it speaks no TLS");
  const refuses = createServer((socket) => {
    socket.end(packet(Buffer.from("\xff\x69\x04Host is blocked", "latin1")));
  });
  expect(await shake(await listen(refuses), certificate.ca)).toBe("it answers: Host is blocked");
  expect(await shake(1, certificate.ca)).toMatch(/refused/i);
});

test.each([
  // The host took 500 ms for the work itself, and the way there and back 100 ms.
  [0, 3_050, 3_550, 600, { offsetMs: 3_000, uncertaintyMs: 50 }],
  [0, 50, 550, 600, { offsetMs: 0, uncertaintyMs: 50 }],
  [1_000, 0, 500, 1_700, { offsetMs: -1_100, uncertaintyMs: 100 }],
])("a clock asked at %i that says %i to %i, heard at %i", (before, began, ended, after, expected) => {
  expect(clockOf(before, began, ended, after)).toEqual(expected);
});

test("this computer's clock agrees with itself", async () => {
  const { clock } = (await look({})) as unknown as { clock: { offsetMs: number; uncertaintyMs: number } };
  expect(Math.abs(clock.offsetMs)).toBeLessThanOrEqual(clock.uncertaintyMs + 1);
});

test("a host is asked about what its tiers brought there", () => {
  const stack = fiveHosts("/srv/shop");
  const of = (name: string) => {
    const host = stack.hosts.find((one) => one.name === name);
    if (host === undefined) throw new Error(name);
    const { units, loaded, database, handshake, backup } = questionsFor(stack, host, "PEM");
    return {
      units: units.join(" "),
      reads: loaded.map(({ unit, path }) => `${unit} ${path}`),
      database,
      handshake,
      backup,
    };
  };
  expect(of("web1")).toEqual({
    units: "nginx.service haproxy.service keepalived.service quintet-firewall.service",
    reads: [
      "nginx.service /etc/nginx/nginx.conf",
      "haproxy.service /etc/haproxy/haproxy.cfg",
      "haproxy.service /etc/haproxy/site.pem",
      "haproxy.service /etc/haproxy/errors/maintenance.http",
      "keepalived.service /etc/keepalived/keepalived.conf",
    ],
  });
  const db = { address: "10.0.0.31", port: 3306 };
  expect(of("app1").handshake).toEqual({ ...db, trust: { cafile: "/etc/ssl/certs/quintet-ca.pem" } });
  expect(of("app1").database).toBe(undefined);
  expect(of("db1")).toMatchObject({
    units: "mysql.service quintet-firewall.service",
    database: { client: "mysql", account: "shop" },
    handshake: { ...db, trust: { cadata: "PEM" } },
    backup: "/var/backups/quintet",
  });
});

test("each host is looked at once, as root, however many checks want to know", async () => {
  const asked: string[] = [];
  const sessions = sessionsOf(async (host, argv, options) => {
    asked.push(`${host} ${argv.slice(0, 2).join(" ")} ${options.sudo}`);
    return { stdout: JSON.stringify({ errors: {}, failed: [], began: 1, ended: 2 }) };
  });
  const { look: lookOnce } = makeLooks(contextOf({}, {}, sessions));
  const [one, other] = await Promise.all([lookOnce("web1"), lookOnce("web1")]);
  await lookOnce("db1");
  expect(one).toBe(other);
  expect(one.failed).toEqual([]);
  expect(asked).toEqual(["web1 python3 -c true", "db1 python3 -c true"]);
  await expect(lookOnce("web9")).rejects.toThrow("the stack has no host web9");
});

test("a look that ends with an error says so", async () => {
  const sessions = sessionsOf(async () => ({ exitCode: 1, stderr: "Traceback\nKeyError: 'x'\n" }));
  await expect(makeLooks(contextOf({}, {}, sessions)).look("web1")).rejects.toThrow("KeyError: 'x'");
});
