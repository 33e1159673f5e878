import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunCommand } from "../command.ts";

/** What rehearsal machines need of this computer, whatever runs them. */
export interface MachinesWorld {
  readonly run: RunCommand;
  /** Are we root? Otherwise privileged commands go through sudo. */
  readonly isRoot: boolean;
  /** Who gets the files that are made in the stack directory; undefined: whoever we are. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** What is kept between rehearsals. */
  readonly cacheDirectory: string;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** A verb of ours as the user would type it about this stack, for advice. */
  readonly command: (verb: string) => string;
}

/** The real one. Under sudo, the files and the cache are those of the user who called sudo. */
export async function machinesWorld(
  run: RunCommand,
  env: NodeJS.ProcessEnv,
  command: MachinesWorld["command"] = (verb) => `quintet ${verb}`,
): Promise<MachinesWorld> {
  const isRoot = process.getuid?.() === 0;
  const uid = isRoot ? Number(env["SUDO_UID"] ?? "0") : 0;
  const owner = uid === 0 ? undefined : { uid, gid: Number(env["SUDO_GID"] ?? uid) };
  const home = owner === undefined ? undefined : (await run(["getent", "passwd", String(uid)])).stdout.split(":")[5];
  const cacheDirectory = join(env["XDG_CACHE_HOME"] || join(home || homedir(), ".cache"), "quintet");
  return { run, isRoot, owner, cacheDirectory, sleep, command };
}
