import type { Session } from "../../remote/session.ts";

/**
 * A packet to the address makes the host's kernel ask the network who has it; the answer, if any, stands in the
 * neighbour table within half a second. An address of the host's own is nobody else's.
 */
const SCRIPT = `
import socket, subprocess, sys, time
device, address = sys.argv[1:]
def said(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True).stdout
if not said("-o", "address", "show", "to", address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.sendto(b"", (address, 9))
    for _ in range(12):
        time.sleep(0.05)
        words = said("neighbour", "show", address, "dev", device).split()
        if "lladdr" in words and "FAILED" not in words:
            print("somebody")
            break
`;

/** Whether another machine of the host's network has this address. */
export async function answersAt(
  session: Session,
  address: string,
  device: string,
  signal: AbortSignal,
): Promise<boolean> {
  const argv = ["/usr/bin/python3", "-", device, address];
  const { stdout } = await session.run(argv, { input: SCRIPT, timeoutMs: 3_000, signal });
  return stdout.includes("somebody");
}
