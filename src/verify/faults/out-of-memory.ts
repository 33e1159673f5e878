import { type Fault, scripted } from "./fault.ts";
import { processesOf } from "./units.ts";

const DEATH_LIMIT_S = 20;

/**
 * Every process of the unit may have one byte of memory more, which is none. Set as the user that it runs as, who may
 * lower the limits of what is his.
 */
const limit = (unit: string) => `for process in ${processesOf(unit)}; do
  setpriv --reuid="$(stat -c %u "/proc/$process")" --regid="$(stat -c %g "/proc/$process")" --clear-groups \\
    prlimit --pid="$process" --data=1: --as=1:
done`;

/**
 * The kernel gives its processes no more memory, so that the next that asks for some dies of it. Not by a control group's
 * limit: many machines have no memory controller. Injected once the main process has died, which takes some seconds of
 * load: what it has, it may use up first.
 */
export function outOfMemory(unit: string): Fault {
  const main = `systemctl show --property=MainPID --value ${unit}`;
  return scripted(() => ({
    inject: `before=$(${main})
${limit(unit)}
for _ in $(seq ${DEATH_LIMIT_S * 10}); do
  [ "$(${main})" = "$before" ] || exit 0
  sleep 0.1
done
echo "${unit} did not run out of memory within ${DEATH_LIMIT_S} s" >&2
exit 1`,
    repair: `if grep -qsE '^Max data size +1 ' "/proc/$(${main})/limits"; then systemctl restart ${unit}; fi
systemctl reset-failed ${unit} 2>/dev/null
systemctl start ${unit}`,
  }));
}
