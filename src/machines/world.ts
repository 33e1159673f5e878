import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunCommand } from "../command.ts";

/** What rehearsal machines need of this computer. */
export interface NspawnWorld {
  readonly run: RunCommand;
  /** Are we root? Otherwise privileged commands go through sudo. */
  readonly isRoot: boolean;
  /** Who gets the files that are made in the stack directory; undefined: whoever we are. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Images, kept between rehearsals. */
  readonly cacheDirectory: string;
  /** Disks and logs of machines that exist. Root's, closed to everybody else: the disks hold set-user-id programs. */
  readonly stateDirectory: string;
  /** Is systemd this computer's PID 1? */
  readonly hasSystemd: boolean;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** A verb of ours as the user would type it about this stack, for advice. */
  readonly command: (verb: string) => string;
}

/** The real one. Under sudo, the files and the cache are those of the user who called sudo. */
export async function nspawnWorld(
  run: RunCommand,
  env: NodeJS.ProcessEnv,
  command: NspawnWorld["command"] = (verb) => `quintet ${verb}`,
): Promise<NspawnWorld> {
  const isRoot = process.getuid?.() === 0;
  const uid = isRoot ? Number(env["SUDO_UID"] ?? "0") : 0;
  const owner = uid === 0 ? undefined : { uid, gid: Number(env["SUDO_GID"] ?? uid) };
  const home = owner === undefined ? undefined : (await run(["getent", "passwd", String(uid)])).stdout.split(":")[5];
  return {
    run,
    isRoot,
    owner,
    cacheDirectory: join(env["XDG_CACHE_HOME"] || join(home || homedir(), ".cache"), "quintet"),
    stateDirectory: "/var/lib/quintet",
    hasSystemd: existsSync("/run/systemd/system"),
    sleep,
    command,
  };
}
