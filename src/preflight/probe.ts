import type { Session } from "../remote/session.ts";

/** What a host says about itself before anything is changed on it. undefined: it could not say. */
export interface HostFacts {
  /** ID of os-release, for example "debian". */
  readonly distribution: string | undefined;
  /** VERSION_ID of os-release, for example "13" or "24.04"; testing and unstable have none. */
  readonly version: string | undefined;
  readonly codename: string | undefined;
  readonly python: string | undefined;
  readonly root: boolean;
  /** Room on the file system of /, MiB. */
  readonly freeMb: number | undefined;
  /** Whether the host itself holds the virtual IP. */
  readonly holdsVirtualIp: boolean;
  /** Hardware address that answers for the virtual IP in the host's network, where another machine does. */
  readonly virtualIpNeighbour: string | undefined;
}

/**
 * Runs on the host under a bare sh; prints name=value lines. A packet to the virtual IP makes the kernel ask the
 * network who has it; the answer, if any, stands in the neighbour table within half a second. What the kernel knows
 * already is forgotten first: it takes a machine that has gone for alive for many seconds.
 */
const SCRIPT = `
virtual_ip=$1
( . /etc/os-release; echo "distribution=$ID"; echo "version=$VERSION_ID"; echo "codename=$VERSION_CODENAME" )
echo "python=$(/usr/bin/python3 -c 'import platform; print(platform.python_version())' 2>/dev/null)"
if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then echo root=yes; fi
df -Pm / | awk 'NR == 2 { print "free=" $4 }'
if [ -z "$virtual_ip" ]; then
  :
elif [ -n "$(ip -o address show to "$virtual_ip" 2>/dev/null)" ]; then
  echo holds=yes
elif [ -x /usr/bin/python3 ]; then
  if [ "$(id -u)" = 0 ]; then ip neighbour flush to "$virtual_ip"; else sudo -n ip neighbour flush to "$virtual_ip"; fi >/dev/null 2>&1
  /usr/bin/python3 - "$virtual_ip" <<'PYTHON'
import socket, subprocess, sys, time
address = sys.argv[1]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
try:
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.sendto(b"", (address, 9))
    for _ in range(10):
        time.sleep(0.05)
        words = subprocess.run(["ip", "neighbour", "show", address], capture_output=True, text=True).stdout.split()
        if "lladdr" in words and "FAILED" not in words:
            print("neighbour=" + words[words.index("lladdr") + 1])
            break
except OSError:
    pass
PYTHON
fi
`;

/** `virtualIp`: looked for where it is given, that is on the balancers. */
export async function probe(session: Session, virtualIp: string | undefined, signal: AbortSignal): Promise<HostFacts> {
  const argv = ["sh", "-s", "--", ...(virtualIp === undefined ? [] : [virtualIp])];
  const { stdout } = await session.run(argv, { input: SCRIPT, timeoutMs: 15_000, signal });
  return parseFacts(stdout);
}

export function parseFacts(text: string): HostFacts {
  const facts = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^(\w+)=(.+)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) facts.set(name, value);
  }
  const free = facts.get("free");
  return {
    distribution: facts.get("distribution"),
    version: facts.get("version"),
    codename: facts.get("codename"),
    python: facts.get("python"),
    root: facts.get("root") === "yes",
    freeMb: free === undefined ? undefined : Number(free),
    holdsVirtualIp: facts.get("holds") === "yes",
    virtualIpNeighbour: facts.get("neighbour"),
  };
}
