import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../../stack/stack.ts";
import { must, privileged } from "../privileged.ts";
import type { NetworkPlan } from "./network-plan.ts";
import type { NspawnWorld } from "./world.ts";

interface GuestFile {
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

interface HostKey {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** What makes a machine this host, before its first boot. */
export function guestFiles(host: Host, plan: NetworkPlan, resolver: string, hostKey: HostKey): GuestFile[] {
  const addresses = [...new Set([host.address, host.privateAddress])];
  const file = (path: string, text: string, mode = 0o644): GuestFile => ({ path, mode, text });
  return [
    file("/etc/hostname", `${host.name}\n`),
    file("/etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${host.name}\n::1 localhost ip6-localhost ip6-loopback\n`),
    file("/etc/resolv.conf", resolver),
    // Sorts before systemd's own 80-container-host0.network, which would ask for an address by DHCP.
    file(
      "/etc/systemd/network/10-host.network",
      `[Match]
Name=host0

[Network]
${addresses.map((address) => `Address=${address}/${plan.network.prefix}`).join("\n")}
Gateway=${plan.gateway}
IPv6AcceptRA=no
`,
    ),
    // As on any machine that is no router; a container would inherit what this computer has on for the machines' sake.
    file("/etc/sysctl.d/10-host.conf", "net.ipv4.ip_forward = 0\n"),
    file("/etc/ssh/ssh_host_ed25519_key", hostKey.privateKey, 0o600),
    file("/etc/ssh/ssh_host_ed25519_key.pub", hostKey.publicKey),
    file("/etc/ssh/sshd_config.d/10-port.conf", `Port ${host.ssh.port}\n`),
    ...(host.ssh.user === "root"
      ? []
      : [
          file(
            "/etc/sudoers.d/90-rehearsal",
            `${host.ssh.user} ALL=(ALL:ALL) ${host.machine.sudo === "password" ? "" : "NOPASSWD: "}ALL\n`,
            0o440,
          ),
        ]),
  ];
}

// Runs inside the machine's root, so that no path in it can lead out. Reads JSON: { user, password, key, files }.
const PREPARE = `
import json, os, pwd, shutil, subprocess, sys

def write(path, text, mode):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.remove(path)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        os.fchmod(file.fileno(), mode)

guest = json.load(sys.stdin)
user = guest["user"]
try:
    pwd.getpwnam(user)
except KeyError:
    subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", "--password", "*", user], check=True)
if guest["password"]:
    subprocess.run(["chpasswd"], input=f"{user}:{guest['password']}\\n", text=True, check=True)
for file in guest["files"]:
    write(file["path"], file["text"], file["mode"])
account = pwd.getpwnam(user)
ssh = os.path.join(account.pw_dir, ".ssh")
os.makedirs(ssh, mode=0o700, exist_ok=True)
write(os.path.join(ssh, "authorized_keys"), guest["key"], 0o600)
for path in [ssh, os.path.join(ssh, "authorized_keys")]:
    os.chown(path, account.pw_uid, account.pw_gid)
`;

/** A new host key; made here, because a machine that has not booted yet has little randomness of its own. */
export async function newHostKey(world: NspawnWorld, host: string): Promise<HostKey> {
  const directory = await mkdtemp(join(tmpdir(), "quintet-"));
  try {
    const path = join(directory, "key");
    const argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host, "-f", path];
    await must(world.run, argv, { doing: "make a host key", host });
    return { privateKey: await readFile(path, "utf8"), publicKey: await readFile(`${path}.pub`, "utf8") };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Writes what makes the machine this host into its root; `key` is the public key that may log in. */
export async function prepareGuest(
  world: NspawnWorld,
  root: string,
  host: Host,
  guest: { readonly key: string; readonly password: string | undefined; readonly files: readonly GuestFile[] },
): Promise<void> {
  const input = JSON.stringify({ user: host.ssh.user, ...guest, password: guest.password ?? null });
  const argv = ["chroot", root, "python3", "-c", PREPARE];
  await must(privileged(world), argv, { doing: "prepare the machine's disk", host: host.name }, { input });
}
