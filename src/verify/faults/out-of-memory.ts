import { type Fault, scripted } from "./fault.ts";
import { processesOf } from "./units.ts";

const DEATH_LIMIT_S = 20;
const MOST_VISITORS = 3_000;

/**
 * Every process of the unit may have one byte of memory more, which is none. Set as the user that it runs as, who may
 * lower the limits of what is his.
 */
const limit = (unit: string) => `for process in ${processesOf(unit)}; do
  setpriv --reuid="$(stat -c %u "/proc/$process")" --regid="$(stat -c %g "/proc/$process")" --clear-groups \\
    prlimit --pid="$process" --data=1: --as=1:
done`;

/**
 * Visitors that begin a request and never end it: each of them needs some memory. From the host itself, to the
 * application alone, and a bounded number. $1 $2: where it listens.
 */
const CROWD = `import resource, socket, sys, time
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, ${MOST_VISITORS + 100}), hard))
there = []
try:
    while len(there) < ${MOST_VISITORS}:
        there.append(socket.create_connection((sys.argv[1], int(sys.argv[2])), 2))
        there[-1].sendall(b"GET / HTTP/1.1\\r\\nX-Padding: " + b"x" * 2000)
except OSError: pass
time.sleep(${DEATH_LIMIT_S})
`;

/**
 * The kernel gives the application's processes no more memory, so that the next that asks for some dies of it; and
 * somebody asks. Not by a control group's limit: many machines have no memory controller. Injected once the main
 * process has died.
 */
export function outOfMemory(unit: string): Fault {
  const main = `systemctl show --property=MainPID --value ${unit}`;
  return scripted(({ stack }, { host }) => ({
    inject: `before=$(${main})
${limit(unit)}
python3 -c '${CROWD}' ${host.privateAddress} ${stack.app.port} 2>/dev/null &
crowd=$!
trap 'kill $crowd 2>/dev/null || :' EXIT
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
