import { type Fault, scripted } from "./fault.ts";

/** Sets what every process of the unit may have of memory. Their control group is found by its name, in any version of it. */
const limit = (unit: string, bytes: string) => `for process in /proc/[0-9]*; do
  if grep -qsE '/${unit.replaceAll(".", "\\.")}(/|$)' "$process/cgroup"; then
    prlimit --pid="\${process#/proc/}" --data=${bytes} --as=${bytes} 2>/dev/null || :
  fi
done`;

/**
 * The kernel gives its processes no more memory, so that the next that ask for some die of it. Not by a control group's
 * limit: many machines have no memory controller. Injected once the main process has died; one that needs no memory
 * at all, under load, is not a case that we know.
 */
export function outOfMemory(unit: string): Fault {
  const main = `systemctl show --property=MainPID --value ${unit}`;
  return scripted(() => ({
    inject: `before=$(${main})
${limit(unit, "1")}
for _ in $(seq 100); do
  [ "$(${main})" = "$before" ] || exit 0
  sleep 0.1
done
echo "${unit} did not run out of memory within 10 s" >&2
exit 1`,
    repair: `${limit(unit, "unlimited")}
systemctl reset-failed ${unit} 2>/dev/null
systemctl start ${unit}`,
  }));
}
