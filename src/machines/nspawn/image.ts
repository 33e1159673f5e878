import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../../stack/stack.ts";
import { must, privileged } from "../privileged.ts";
import type { NspawnWorld } from "./world.ts";

type Suite = Host["machine"]["suite"];

/** What a bare Debian server has, and nothing of the stack. */
const PACKAGES = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "libpam-systemd",
  "openssh-server",
  "python3",
  "iproute2",
  "ca-certificates",
  "sudo",
];

/** The command that builds a suite's root file system in `target`; its apt options stay in force on the machines. */
export function imageArgv(suite: Suite, target: string): string[] {
  return [
    "mmdebstrap",
    "--mode=root",
    "--format=directory",
    "--variant=minbase",
    `--include=${PACKAGES.join(",")}`,
    '--aptopt=Acquire::Languages "none"',
    // The release file of the unstable archive may be past its date.
    ...(suite === "sid" ? ['--aptopt=Acquire::Check-Valid-Until "false"'] : []),
    '--customize-hook=chroot "$1" systemctl enable systemd-networkd.service',
    // Every machine gets host keys of its own.
    '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_*',
    suite,
    target,
  ];
}

/** Another recipe is another image: machines that exist keep the one they stand on. */
export function imagePath(cacheDirectory: string, suite: Suite): string {
  const recipe = createHash("sha256").update(imageArgv(suite, "").join("\n")).digest("hex").slice(0, 8);
  return join(cacheDirectory, "images", `${suite}-${recipe}`);
}

// Arguments: the finished image, the place to build it, then the command that builds it. Runs under flock, so a second
// builder waits and then finds the image; what a killed one left behind is removed.
const BUILD = `set -e
image=$1 building=$2; shift 2
if [ -d "$image" ]; then exit 0; fi
rm -rf --one-file-system "$building"
"$@"
mv -T "$building" "$image"`;

export async function hasImage(world: NspawnWorld, suite: Suite): Promise<boolean> {
  return (await privileged(world)(["test", "-d", imagePath(world.cacheDirectory, suite)])).exitCode === 0;
}

/** Builds the suite's image: half a minute and 220 MB, once. */
export async function buildImage(world: NspawnWorld, suite: Suite): Promise<void> {
  const image = imagePath(world.cacheDirectory, suite);
  const building = `${image}.building`;
  await mkdir(join(world.cacheDirectory, "images"), { recursive: true });
  const build = ["sh", "-c", BUILD, "sh", image, building, ...imageArgv(suite, building)];
  await must(privileged(world), ["flock", `${image}.lock`, ...build], { doing: `build the ${suite} image` });
}
