import { join } from "node:path";
import { must, privileged } from "../privileged.ts";
import { unitName } from "./names.ts";
import type { NspawnWorld } from "./world.ts";

/** Where control groups are made: the unified hierarchy, and systemd's own under version 1 where there is one. */
export function cgroupRoots(mounts: string): string[] {
  return mounts.split("\n").flatMap((line) => {
    const [, point = "", type, options = ""] = line.split(" ");
    const isNamed = type === "cgroup" && options.split(",").includes("name=systemd");
    return type === "cgroup2" || isNamed ? [point] : [];
  });
}

export async function readCgroupRoots(world: NspawnWorld): Promise<string[]> {
  return cgroupRoots(await must(world.run, ["cat", "/proc/self/mounts"], { doing: "read its mounts" }));
}

/** `names`: a machine's name, or a pattern (as find -path takes it) of several. */
export function removeCgroupsArgv(roots: readonly string[], names: string): string[] {
  const paths = roots.map((root) => join(root, unitName(names))).flatMap((path) => [path, join(path, "*")]);
  const tests = paths.flatMap((path) => ["-o", "-path", path]).slice(1);
  return ["find", ...roots, "-depth", "-type", "d", "(", ...tests, ")", "-exec", "rmdir", "{}", ";"];
}

/** Removes dead machines' control groups: a machine must not boot in a tree that was used before. */
export async function removeCgroups(world: NspawnWorld, names: string): Promise<void> {
  if (world.hasSystemd) return; // systemd removes a service's own
  await privileged(world)(removeCgroupsArgv(await readCgroupRoots(world), names));
}
