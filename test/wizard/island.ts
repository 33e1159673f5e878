import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Terminal, type TerminalOptions } from "./terminal.ts";

const ROOT = join(import.meta.dirname, "../..");
const NODE = join(ROOT, "node_modules/.bin/node");

/** They let the user in on port 22, in the network 10.77.26.0/24. */
export const HOSTS = ["10.77.26.11", "10.77.26.12", "10.77.26.21", "10.77.26.22", "10.77.26.31"] as const;
/** Nothing listens there. */
export const DEAD = "10.77.26.66";

/**
 * A network of its own that leads nowhere, with SSH servers in it and a home directory for the user: the wizard can look
 * at hosts there, and no packet of a test leaves this computer.
 */
export class Island {
  readonly home: string;
  readonly key: string;
  readonly #base: string;

  constructor() {
    this.#base = mkdtempSync(join(tmpdir(), "quintet-island-"));
    this.home = join(this.#base, "home");
    mkdirSync(join(this.home, ".ssh"), { recursive: true, mode: 0o700 });
    this.key = join(this.home, ".ssh", "id_ed25519");
    for (const file of [this.key, join(this.#base, "host")]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file]);
    }
  }

  /** The line of a known_hosts file that trusts a host. */
  knownHost(address: string): string {
    const [type, key] = readFileSync(join(this.#base, "host.pub"), "utf8").split(" ");
    return `${address} ${type} ${key}\n`;
  }

  /** Starts a program there, in the user's home, when all hosts listen. */
  async open(
    argv: readonly string[],
    options: Partial<TerminalOptions> & { hosts?: readonly string[]; knownHosts?: string } = {},
  ) {
    const { hosts = HOSTS, knownHosts = "", env = {}, ...rest } = options;
    const known = join(this.#base, "known_hosts");
    writeFileSync(known, knownHosts);
    const script = join(this.#base, "start.sh");
    const servers = [
      NODE,
      fileURLToPath(new URL("./ssh-host.ts", import.meta.url)),
      join(this.#base, "host"),
      `${this.key}.pub`,
    ];
    writeFileSync(
      script,
      [
        "set -e",
        // ssh reads these by the account's home and the system's settings, whatever HOME is.
        `if [ -d ${userInfo().homedir}/.ssh ]; then mount -t tmpfs none ${userInfo().homedir}/.ssh; fi`,
        "mount -t tmpfs none /etc/ssh",
        `cp ${known} /etc/ssh/ssh_known_hosts`,
        "ip link set lo up",
        "ip link add v0 type veth peer name v1",
        "ip link set v0 up",
        "ip link set v1 up",
        ...[...HOSTS, DEAD].map((address) => `ip address add ${address}/24 dev v0`),
        `mkfifo ${this.#base}/ready.$$`,
        ...(hosts.length === 0
          ? []
          : [
              `${servers.join(" ")} ${hosts.map((host) => `${host}:22`).join(" ")} >${this.#base}/ready.$$ &`,
              `head -n ${hosts.length} <${this.#base}/ready.$$ >/dev/null`,
            ]),
        "set +e",
        '"$@"',
        "code=$?",
        "kill $(jobs -p) 2>/dev/null",
        "exit $code",
        "",
      ].join("\n"),
    );
    const root = process.getuid?.() === 0;
    const isolate = [
      "unshare",
      "--net",
      "--mount",
      ...(root ? [] : ["--user", "--map-root-user"]),
      "--kill-child",
      "--",
    ];
    return Terminal.open({
      ...rest,
      argv: [...isolate, "bash", script, ...argv],
      cwd: options.cwd ?? this.home,
      env: { HOME: this.home, ...env },
    });
  }

  remove(): void {
    rmSync(this.#base, { recursive: true, force: true });
  }
}
