import { shown } from "../stack/faults.ts";
import type { Host } from "../stack/stack.ts";
import { type Finding, warning } from "./finding.ts";

/** What another run that has the lock of a host says of itself; not to be trusted. */
interface LockHolder {
  readonly user: string;
  readonly computer: string;
  readonly command: string;
}

/**
 * On the host, as root: another run that has its lock (see src/lock/script.ts). Trying to lock would keep others from it
 * for that moment, so what the holder wrote is read, and believed while its script runs.
 */
export const LOCK_HOLDER_SCRIPT = `
def lock_holder(directory, run):
    pid, claim = (read(directory + "/holder")[:4000].split("\\n") + ["", ""])[:2]
    if not pid.isdigit() or "quintet-lock" not in read("/proc/%s/cmdline" % pid).split("\\0"):
        return None
    try:
        said = json.loads(claim)
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    if run is not None and said.get("run") == run:
        return None
    return {name: str(said.get(name, "?"))[:200] for name in ("user", "computer", "command")}
`;

/** Ports were left alone where another run is at work. Pure. */
export function judgeLockHolder(host: Host, holder: LockHolder | undefined): Finding[] {
  if (holder === undefined) return [];
  const who = `${shown(holder.user)}@${shown(holder.computer)}`;
  const message = `The ways to ${host.name} were not tried: ${who} is at work there (${shown(holder.command)}).`;
  return [warning(host, message, "Run the same command again when that run has ended.")];
}
