import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

const NEEDED = ["mariadb-install-db", "mariadbd", "openssl"] as const;

/** The programs that this file needs and this computer lacks. */
export function missingPrograms(): readonly string[] {
  return NEEDED.filter((name) => findProgram(name) === undefined);
}

/** Debian keeps mariadbd where a user's PATH does not look. */
function findProgram(name: string): string | undefined {
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function program(name: (typeof NEEDED)[number]): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

export const ACCOUNT = { database: "guestbook", user: "guestbook", password: "not'a secret" } as const;

/** A MariaDB server on 127.0.0.1 that takes TLS only, with a certificate for 127.0.0.1. */
export interface MariaDb {
  readonly port: number;
  /** PEM files: the authority that signed its certificate, and one that did not. */
  readonly ca: string;
  readonly otherCa: string;
  /** Returns once it takes connections. */
  start(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Stops its process where it is: connections stay open, nothing answers. */
  freeze(): void;
  thaw(): void;
}

/** Prepares a server with its data under `directory`; start() starts it. */
export function prepareMariaDb(directory: string, port: number): MariaDb {
  mkdirSync(directory, { recursive: true });
  const data = join(directory, "data");
  const file = (name: string) => join(directory, name);
  const asRoot = process.getuid?.() === 0 ? ["--user=root"] : [];
  makeAuthority(file("ca"));
  makeAuthority(file("other-ca"));
  makeCertificate(file("server"), file("ca"), "127.0.0.1");
  execFileSync(
    program("mariadb-install-db"),
    ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db", ...asRoot],
    { stdio: "ignore" },
  );
  const { database, user, password } = ACCOUNT;
  const quoted = `'${password.replaceAll("'", "''")}'`;
  writeFileSync(
    file("init.sql"),
    [
      `CREATE DATABASE IF NOT EXISTS ${database};`,
      `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY ${quoted} REQUIRE SSL;`,
      `GRANT CREATE, SELECT, INSERT ON ${database}.* TO '${user}'@'%';\n`,
    ].join("\n"),
  );
  let server: ChildProcess | undefined;

  return {
    port,
    ca: file("ca.pem"),
    otherCa: file("other-ca.pem"),
    async start() {
      const started = spawn(
        program("mariadbd"),
        [
          "--no-defaults",
          ...asRoot,
          `--datadir=${data}`,
          `--socket=${file("socket")}`,
          `--pid-file=${file("pid")}`,
          `--init-file=${file("init.sql")}`,
          "--bind-address=127.0.0.1",
          `--port=${port}`,
          `--ssl-ca=${file("ca.pem")}`,
          `--ssl-cert=${file("server.pem")}`,
          `--ssl-key=${file("server.key")}`,
          "--skip-name-resolve",
          "--innodb-buffer-pool-size=16M",
        ],
        { stdio: ["ignore", "ignore", "pipe"] },
      );
      server = started;
      const lines: string[] = [];
      await new Promise<void>((resolve, reject) => {
        createInterface(started.stderr).on("line", (line) => {
          lines.push(line);
          if (line.includes("ready for connections")) resolve();
        });
        started.once("exit", () => reject(new Error(`mariadbd ended:\n${lines.join("\n")}`)));
      });
    },
    async kill() {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
      server.kill("SIGKILL");
      await once(server, "exit");
    },
    freeze() {
      server?.kill("SIGSTOP");
    },
    thaw() {
      server?.kill("SIGCONT");
    },
  };
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];

function makeAuthority(path: string): void {
  openssl(["-x509", ...NEW_KEY, "-keyout", `${path}.key`, "-out", `${path}.pem`, "-subj", "/CN=authority"]);
}

function makeCertificate(path: string, authority: string, address: string): void {
  openssl([
    "-x509",
    ...["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`],
    ...NEW_KEY,
    ...["-keyout", `${path}.key`, "-out", `${path}.pem`, "-subj", "/CN=database"],
    ...["-addext", `subjectAltName=IP:${address}`, "-addext", "basicConstraints=critical,CA:FALSE"],
  ]);
}

function openssl(args: readonly string[]): void {
  execFileSync(program("openssl"), ["req", ...args], { stdio: "pipe" });
}
