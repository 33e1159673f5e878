import type { RunCommand } from "../../command.ts";
import { must } from "../privileged.ts";
import type { VagrantProvider } from "../provider.ts";
import type { Vagrant } from "./call.ts";

/** The snapshot of each machine as `up` made it. */
const BLANK = "blank";

// Vagrant has no snapshots of containers: their whole root is kept beside it, where it goes when they are destroyed.
const ROOT = `root=$(lxc-info -n "$1" -c lxc.rootfs.path -H) && root=\${root#dir:} && kept=$(dirname "$root")/blank`;
const KEEP = `${ROOT} && rm -rf --one-file-system "$kept.new" && cp -a "$root" "$kept.new" && rm -rf --one-file-system "$kept" && mv -T "$kept.new" "$kept"`;
const BRING_BACK = `${ROOT} && [ -d "$kept" ] || exit 1
if [ "$(lxc-info -n "$1" -sH)" != STOPPED ]; then lxc-stop -n "$1" --kill || exit 1; fi
rm -rf --one-file-system "$root" && cp -a "$kept" "$root" && exec lxc-start -n "$1"`;

const lxcArgv = (script: string, id: string) => ["sh", "-c", script, "sh", id];

export interface Keeping {
  readonly provider: VagrantProvider;
  readonly vagrant: Vagrant;
  /** Runs commands as root. */
  readonly asRoot: RunCommand;
  /** By host name. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Keeps the blank state of a host's machine, which runs. */
export async function keepBlank({ provider, vagrant, asRoot, ids }: Keeping, host: string): Promise<void> {
  const doing = { doing: "keep the machine's blank state", host };
  if (provider === "lxc") await must(asRoot, lxcArgv(KEEP, ids.get(host) ?? ""), doing);
  else await must(vagrant, ["snapshot", "save", "--force", host, BLANK], doing);
}

/** Brings a host's machine back to it; returns once it is on its way up. */
export async function bringBack({ provider, vagrant, asRoot, ids }: Keeping, host: string): Promise<void> {
  const doing = { doing: "bring the machine back to its blank state", host };
  if (provider === "lxc") await must(asRoot, lxcArgv(BRING_BACK, ids.get(host) ?? ""), doing);
  else await must(vagrant, ["snapshot", "restore", "--no-provision", host, BLANK], doing);
}
