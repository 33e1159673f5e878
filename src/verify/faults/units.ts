import { type Fault, scripted } from "./fault.ts";

/** Starts it, also where systemd has given up on it. Nothing happens to one that runs. */
const start = (unit: string) => `systemctl reset-failed ${unit} 2>/dev/null
systemctl start ${unit}`;

/** Its processes, found by the name of their control group in any version of it. Never those that ask. */
export function processesOf(unit: string): string {
  return `$(cd /proc; grep -lsE ':/system\\.slice/${unit.replaceAll(".", "\\.")}(/|$)' [0-9]*/cgroup | cut -d / -f 1)`;
}

/**
 * Not `systemctl kill`: systemd may do that to the whole control group at once, and on some kernels that also ends what
 * systemd itself starts there next, such as the unit's ExecStopPost=. No crash does that.
 */
const kill = (unit: string) => `processes=${processesOf(unit)}
[ -n "$processes" ] || { echo "${unit} has no processes" >&2; exit 1; }
# One of them may have ended by itself meanwhile.
kill -KILL $processes 2>/dev/null || :`;

/** An orderly stop. */
export function stopped(unit: string): Fault {
  return scripted(() => ({ inject: `systemctl stop ${unit}`, repair: start(unit) }));
}

/** Every process of it gets SIGKILL; what systemd then does is what it is set to do. */
export function killed(unit: string): Fault {
  return scripted(() => ({ inject: kill(unit), repair: start(unit) }));
}

/** Killed, and nobody can start it: a drop-in, in memory, beats any other setting of the unit. */
export function keptDown(unit: string): Fault {
  const directory = `/run/systemd/system/${unit}.d`;
  const dropIn = `${directory}/zz-quintet-drill.conf`;
  return scripted(() => ({
    inject: `mkdir -p ${directory}
printf '[Unit]\\nConditionPathExists=/nonexistent\\n[Service]\\nRestart=no\\n' >${dropIn}
systemctl daemon-reload
${kill(unit)}`,
    repair: `rm -f ${dropIn}
systemctl daemon-reload
${start(unit)}`,
  }));
}

/** It is there, and does not move: every process of it gets SIGSTOP. */
export function frozen(unit: string): Fault {
  return scripted(() => ({
    inject: `systemctl kill --signal=STOP ${unit}`,
    // One that systemd's watchdog has ended meanwhile is started; asking for that before it moves again would hang.
    repair: `systemctl kill --signal=CONT ${unit} 2>/dev/null
${start(unit)}`,
  }));
}

/** Stopped and started again by systemd. */
export function restarted(unit: string): Fault {
  return scripted(() => ({ inject: `systemctl restart ${unit}`, repair: start(unit) }));
}
