import { join } from "node:path";
import { must, privileged } from "../privileged.ts";
import type { NspawnWorld } from "./world.ts";

/** A machine's disk: what it wrote (`upper`) over the image it shares with others; seen together in `root`. */
export function overlayArgv(image: string, directory: string): string[] {
  const path = (text: string) => text.replace(/[\\:,]/g, "\\$&");
  const options = [
    `lowerdir=${path(image)}`,
    `upperdir=${path(join(directory, "upper"))}`,
    `workdir=${path(join(directory, "work"))}`,
  ];
  return ["mount", "-t", "overlay", "overlay", "-o", options.join(","), join(directory, "root")];
}

/** Mounts the machine's disk if it is not mounted (after a restart of this computer it is not). */
export async function mountDisk(world: NspawnWorld, host: string, image: string, directory: string): Promise<void> {
  const run = privileged(world);
  if ((await run(["mountpoint", "-q", join(directory, "root")])).exitCode === 0) return;
  await must(run, overlayArgv(image, directory), {
    doing: "mount the machine's disk, an overlay over its image",
    host,
  });
}

// Lists mount points below the directories given, deepest first, and unmounts them. Mount points of ours hold no spaces.
const UNMOUNT = `
for directory; do
  cut -d" " -f2 /proc/self/mounts | grep -F -- "$directory/" | sort -r | while read -r point; do
    case $point in "$directory"/*) umount "$point" || umount -l "$point" ;; esac
  done
done`;

export function unmountArgv(directories: readonly string[]): string[] {
  return ["sh", "-c", UNMOUNT, "sh", ...directories];
}
