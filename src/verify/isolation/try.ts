import { connect } from "node:net";
import type { Session } from "../../remote/session.ts";
import type { Outcome, Probe } from "./probe.ts";

/**
 * How long an answer may take. A packet that gets lost is sent again after one second and again within two more: a port is
 * called dropped only when three packets had no answer.
 */
const PATIENCE_MS = 3_500;

/**
 * Opens connections to all of [address, port, interface or null] on standard input at once, says nothing on them, and
 * prints what became of each. What says nothing of the target, such as no free port here, is an error: a port that was
 * not tried must not count as closed.
 */
const TRY = `import errno, json, resource, selectors, socket, sys, time
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
task = json.load(sys.stdin)
SAID = {0: "open", errno.ECONNREFUSED: "refused", errno.ECONNRESET: "refused"}
NONE = (errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EPERM, errno.EACCES)
SAID.update((number, "dropped") for number in NONE)
def outcome(number, target):
    if number not in SAID:
        sys.exit("%s: %s" % (target, errno.errorcode.get(number, number)))
    return SAID[number]
def attempt(targets):
    found = ["dropped"] * len(targets)
    waiting = selectors.DefaultSelector()
    for at, (address, port, via) in enumerate(targets):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        one = socket.socket(family, socket.SOCK_STREAM)
        one.setblocking(False)
        place = (address, port, 0, socket.if_nametoindex(via) if via else 0) if ":" in address else (address, port)
        number = one.connect_ex(place)
        if number == errno.EINPROGRESS:
            waiting.register(one, selectors.EVENT_WRITE, at)
        else:
            found[at] = outcome(number, targets[at])
            one.close()
    end = time.monotonic() + task["seconds"]
    while waiting.get_map() and time.monotonic() < end:
        for key, _ in waiting.select(end - time.monotonic()):
            found[key.data] = outcome(key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), targets[key.data])
            waiting.unregister(key.fileobj)
            key.fileobj.close()
    for key in list(waiting.get_map().values()):
        key.fileobj.close()
    return found
batch = max(16, (hard if hard > 0 else 4096) - 64)
targets = task["targets"]
print(json.dumps([said for at in range(0, len(targets), batch) for said in attempt(targets[at:at + batch])]))
`;

/** Tries the probes from a host, in one command. */
export async function tryFromHost(
  session: Session,
  probes: readonly Probe[],
  signal?: AbortSignal,
): Promise<readonly Outcome[]> {
  const targets = probes.map(({ address, port, via }) => [address, port, via ?? null]);
  const input = JSON.stringify({ seconds: PATIENCE_MS / 1000, targets });
  const options = { input, timeoutMs: PATIENCE_MS + 15_000 };
  const result = await session.run(["python3", "-c", TRY], { ...options, ...(signal === undefined ? {} : { signal }) });
  if (result.exitCode !== 0) {
    const said = result.stderr.trim().split("\n").at(-1);
    throw new Error(`ports could not be tried from ${session.host.name}: ${said}`);
  }
  return JSON.parse(result.stdout) as Outcome[];
}

const NO_ANSWER = ["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EPERM", "EACCES"];

/** The same from this computer. */
export function tryFromHere(probes: readonly Probe[]): Promise<readonly Outcome[]> {
  return Promise.all(
    probes.map(
      ({ address, port, via }) =>
        new Promise<Outcome>((resolve, reject) => {
          const socket = connect({ host: via === undefined ? address : `${address}%${via}`, port });
          const end = (outcome: Outcome) => {
            clearTimeout(timer);
            socket.destroy();
            resolve(outcome);
          };
          const timer = setTimeout(() => end("dropped"), PATIENCE_MS);
          socket.once("connect", () => end("open"));
          socket.once("error", (error: NodeJS.ErrnoException) => {
            const code = error.code ?? "";
            if (code === "ECONNREFUSED" || code === "ECONNRESET") return end("refused");
            if (NO_ANSWER.includes(code)) return end("dropped");
            clearTimeout(timer);
            reject(new Error(`port ${port} of ${address} could not be tried from this computer: ${error.message}`));
          });
        }),
    ),
  );
}
