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

type Command = keyof typeof COMMANDS;

// Administrators' directories are not in every user's PATH. Prints what is missing.
const FIND = 'PATH="$PATH:/usr/sbin:/sbin"; for command; do command -v "$command" >/dev/null || echo "$command"; done';

/** What this computer lacks to run rehearsal machines, each with the command that mends it. */
export async function lackingForNspawn(run: RunCommand): Promise<Lacking[]> {
  const elsewhere = await notLinux(run);
  if (elsewhere !== undefined) return [elsewhere];
  const lacking = await lackingCommands(run, Object.keys(COMMANDS) as Command[]);
  if ((await run(["test", "-e", "/usr/share/keyrings/debian-archive-keyring.gpg"])).exitCode !== 0) {
    lacking.push({ what: "Debian's archive keys", mend: "sudo apt-get install debian-archive-keyring" });
  }
  lacking.push(...(await lackingRights(run)));
  if (!/\boverlay$/m.test((await run(["cat", "/proc/filesystems"])).stdout)) {
    lacking.push({ what: "the overlay file system", mend: "sudo modprobe overlay" });
  }
  if (!/ cgroup2 /.test((await run(["cat", "/proc/self/mounts"])).stdout)) {
    lacking.push({ what: "control groups version 2", mend: "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup" });
  }
  return lacking;
}

async function notLinux(run: RunCommand): Promise<Lacking | undefined> {
  const system = (await run(["uname", "-s"])).stdout.trim();
  if (system === "Linux") return undefined;
  return {
    what: `Linux (this is ${system || "another system"})`,
    mend: "Rehearse on a Linux computer or a Linux virtual machine.",
    isFinal: true,
  };
}

async function lackingCommands(run: RunCommand, commands: readonly Command[]): Promise<Lacking[]> {
  const missing = (await run(["sh", "-c", FIND, "sh", ...commands])).stdout.split("\n");
  return commands
    .filter((command) => missing.includes(command))
    .map((command) => ({ what: command, mend: `sudo apt-get install ${COMMANDS[command]}` }));
}

async function lackingRights(run: RunCommand): Promise<Lacking[]> {
  const isRoot = (await run(["id", "-u"])).stdout.trim() === "0";
  if (isRoot || (await run(["sudo", "-n", "true"])).exitCode === 0) return [];
  return [{ what: "root, or sudo that asks for no password now", mend: "sudo -v" }];
}

/** Machines can be removed with less than it takes to make them. */
export async function requireRemovalTools({ run }: NspawnWorld): Promise<void> {
  const elsewhere = await notLinux(run);
  const lacking = elsewhere
    ? [elsewhere]
    : [...(await lackingCommands(run, ["ip", "nft"])), ...(await lackingRights(run))];
  refuseLacking(lacking);
}

/** Fails early, with all that is lacking in one error. */
export async function requireTools(world: NspawnWorld): Promise<void> {
  refuseLacking(await lackingForNspawn(world.run));
}
