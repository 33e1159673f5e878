import type { RunCommand } from "../../command.ts";
import { type Lacking, refuseLacking } from "../lacking.ts";
import type { NspawnWorld } from "./world.ts";

/** Commands, and the Debian and Ubuntu packages they come from. */
const COMMANDS = {
  mmdebstrap: "mmdebstrap",
  "systemd-nspawn": "systemd-container",
  nft: "nftables",
  ip: "iproute2",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  setsid: "util-linux",
} as const;

// Administrators' directories are not in every user's PATH. Prints what is missing.
const FIND = 'PATH="$PATH:/usr/sbin:/sbin"; for command; do command -v "$command" >/dev/null || echo "$command"; done';

/** What this computer lacks to run rehearsal machines, each with the command that mends it. */
export async function lackingForNspawn(run: RunCommand): Promise<Lacking[]> {
  const system = (await run(["uname", "-s"])).stdout.trim();
  if (system !== "Linux") {
    return [
      {
        what: `Linux (this is ${system || "another system"})`,
        mend: "Rehearse on a Linux computer or a Linux virtual machine.",
        isFinal: true,
      },
    ];
  }
  const lacking: Lacking[] = [];
  const missing = (await run(["sh", "-c", FIND, "sh", ...Object.keys(COMMANDS)])).stdout.split("\n");
  for (const [command, name] of Object.entries(COMMANDS)) {
    if (missing.includes(command)) lacking.push({ what: command, mend: `sudo apt-get install ${name}` });
  }
  if ((await run(["test", "-e", "/usr/share/keyrings/debian-archive-keyring.gpg"])).exitCode !== 0) {
    lacking.push({ what: "Debian's archive keys", mend: "sudo apt-get install debian-archive-keyring" });
  }
  const isRoot = (await run(["id", "-u"])).stdout.trim() === "0";
  if (!isRoot && (await run(["sudo", "-n", "true"])).exitCode !== 0) {
    lacking.push({ what: "root, or sudo that asks for no password now", mend: "sudo -v" });
  }
  if (!/\boverlay$/m.test((await run(["cat", "/proc/filesystems"])).stdout)) {
    lacking.push({ what: "the overlay file system", mend: "sudo modprobe overlay" });
  }
  if (!/ cgroup2 /.test((await run(["cat", "/proc/self/mounts"])).stdout)) {
    lacking.push({ what: "control groups version 2", mend: "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup" });
  }
  return lacking;
}

/** Fails early, with all that is lacking in one error. */
export async function requireTools(world: NspawnWorld): Promise<void> {
  refuseLacking(await lackingForNspawn(world.run));
}
