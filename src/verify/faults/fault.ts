import type { Machines } from "../../machines/machines.ts";
import type { Session } from "../../remote/session.ts";
import type { Sessions } from "../../remote/sessions.ts";
import type { Stack } from "../../stack/stack.ts";

export interface FaultWorld {
  readonly stack: Stack;
  readonly sessions: Sessions;
  /** The power switch; undefined for machines that we cannot switch off. */
  readonly machines: Machines | undefined;
}

/** One way to break a host. */
export interface Fault {
  /** Has the host be mended after this long, whatever becomes of us. Comes before anything is broken. */
  arm(world: FaultWorld, host: string, afterMs: number): Promise<void>;
  inject(world: FaultWorld, host: string): Promise<void>;
  /** Mends what is broken, does nothing where nothing is, and takes back what was armed. */
  repair(world: FaultWorld, host: string): Promise<void>;
}

/** Shell scripts, run as root on the host. The repair may come at any time, and more than once. */
export interface Scripts {
  readonly inject: string;
  readonly repair: string;
}

const REPAIR_UNIT = "quintet-drill-repair";
/** In memory: a host that was rebooted meanwhile has nothing left to mend. */
const REPAIR_SCRIPT = "/run/quintet/drill-repair.sh";

/** Has a timer of the host's own systemd run the repair. */
export function armScript(repair: string, afterMs: number): string {
  return `set -e
mkdir -p /run/quintet
cat >${REPAIR_SCRIPT}.new <<'END_OF_REPAIR'
${repair}
rm -f ${REPAIR_SCRIPT}
END_OF_REPAIR
mv ${REPAIR_SCRIPT}.new ${REPAIR_SCRIPT}
systemctl stop ${REPAIR_UNIT}.timer 2>/dev/null || :
systemd-run --quiet --collect --unit=${REPAIR_UNIT} --on-active=${Math.ceil(afterMs / 1000)}s \
  --timer-property=AccuracySec=250ms /bin/sh ${REPAIR_SCRIPT}`;
}

/** Mends, and only then takes the timer back. */
export function repairScript(repair: string): string {
  return `{
${repair}
} || exit 1
systemctl stop ${REPAIR_UNIT}.timer 2>/dev/null
rm -f ${REPAIR_SCRIPT}`;
}

/** Runs what an interrupted drill has left armed; prints a word where there was something. */
export const LEFTOVER_SCRIPT = `[ -e ${REPAIR_SCRIPT} ] || exit 0
sh ${REPAIR_SCRIPT}
systemctl stop ${REPAIR_UNIT}.timer 2>/dev/null
echo mended`;

/** This computer may have slept since: nothing is broken that nobody would mend. */
const STILL_ARMED = `if ! systemctl --quiet is-active ${REPAIR_UNIT}.timer; then
  echo "the repair is not armed any more" >&2
  exit 1
fi`;

/** A fault that scripts on the host make and mend. */
export function scripted(scriptsFor: (world: FaultWorld, session: Session) => Scripts | Promise<Scripts>): Fault {
  const run = async (
    { sessions, ...world }: FaultWorld,
    host: string,
    doing: string,
    script: (scripts: Scripts) => string,
  ) => {
    const session = await sessions.to(host);
    await asRoot(session, doing, script(await scriptsFor({ sessions, ...world }, session)));
  };
  return {
    arm: (world, host, afterMs) => run(world, host, "arm the repair", ({ repair }) => armScript(repair, afterMs)),
    inject: (world, host) => run(world, host, "break it", ({ inject }) => `${STILL_ARMED}\nset -e\n${inject}`),
    repair: (world, host) => run(world, host, "mend it", ({ repair }) => repairScript(repair)),
  };
}

const SCRIPT_MS = 60_000;

/** Runs a shell script as root; throws with what it said where it fails. */
export async function asRoot(session: Session, doing: string, script: string): Promise<string> {
  const result = await session.run(["sh", "-s"], { input: `${script}\n`, sudo: true, timeoutMs: SCRIPT_MS });
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim() || result.stdout.trim() || `exit code ${result.exitCode ?? "unknown"}`;
  throw new Error(`${session.host.name} cannot ${doing}: ${said}`);
}
