import type { Session } from "../remote/session.ts";
import {
  type Address,
  BITS,
  isAddress,
  isNetwork,
  type Network,
  readAddress,
  readNetwork,
  subnet,
} from "../stack/addresses.ts";

export interface FreeAddressQuestion {
  /** Such as "10.0.0.0/24". */
  readonly network: string;
  /** The host's interface in that network. */
  readonly interface: string;
  /** Addresses that are spoken for. */
  readonly exclude: readonly string[];
}

/** How many are looked for at once; twice, if need be. */
const BATCH = 16;

/**
 * Asks the network about every address on the command line after the interface, by way of the kernel: a packet to an
 * address makes it ask who has it, and the neighbour table holds the answer. Nobody's are printed; no root is needed.
 */
const SCRIPT = `
import ipaddress, json, socket, subprocess, sys, time
device, addresses = sys.argv[1], sys.argv[2:]
def answered():
    said = subprocess.run(["ip", "-json", "neighbour", "show", "dev", device], capture_output=True, text=True).stdout
    entries = json.loads(said or "[]")
    return {entry["dst"] for entry in entries if "lladdr" in entry and "FAILED" not in entry.get("state", [])}
own = json.loads(subprocess.run(["ip", "-json", "address", "show"], capture_output=True, text=True).stdout or "[]")
routes = json.loads(subprocess.run(["ip", "-json", "route", "show"], capture_output=True, text=True).stdout or "[]")
taken = {info.get("local") for link in own for info in link.get("addr_info", [])} | {route.get("gateway") for route in routes}
networks = [ipaddress.ip_interface("%s/%s" % (info["local"], info["prefixlen"])).network
            for link in own if link.get("ifname") == device for info in link["addr_info"]]
sent = set()
for address in addresses:
    if not any(ipaddress.ip_address(address) in network for network in networks):
        continue
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.sendto(b"", (address, 9))
        sent.add(address)
    except OSError:
        pass
time.sleep(0.6)
taken |= answered()
print("\\n".join(address for address in addresses if address in sent and address not in taken))
`;

/** The highest address of a network, leaving those out that are usually a router's, that nobody answers for. */
export async function findFreeAddress(
  session: Session,
  { network, interface: device, exclude }: FreeAddressQuestion,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const read = readNetwork(network);
  if (!isNetwork(read)) return undefined;
  const all = candidates(read, exclude);
  for (const batch of [all.slice(0, BATCH), all.slice(BATCH)]) {
    if (batch.length === 0) return undefined;
    const argv = ["/usr/bin/python3", "-", device, ...batch];
    const options = { input: SCRIPT, timeoutMs: 1_000, ...(signal === undefined ? {} : { signal }) };
    const { stdout } = await session.run(argv, options);
    const [free] = stdout.split("\n").filter((line) => batch.includes(line));
    if (free !== undefined) return free;
  }
  return undefined;
}

/** What to ask about, best first. Pure. */
export function candidates(network: Network, exclude: readonly string[]): string[] {
  const { family, prefix } = network;
  const size = network.last - network.first + 1n;
  if (size < 4n) return [];
  const excluded = new Set(
    exclude.map((text) => readAddress(text)).flatMap((read) => (isAddress(read) ? read.text : [])),
  );
  // The last ones are often routers. In IPv6 nobody wants to type the highest address of a /64.
  const reserved = size >= 64n ? 5n : 1n;
  const from = family === 6 && prefix <= 112 ? network.first + 0x100n : network.last - reserved;
  const found: string[] = [];
  for (let value = from; value > network.first && found.length < 2 * BATCH; value -= 1n) {
    const text = textOf(family, value);
    if (!excluded.has(text)) found.push(text);
  }
  return found;
}

function textOf(family: Address["family"], value: bigint): string {
  const [text = ""] = subnet({ family, value, given: "", text: "" }, BITS[family]).text.split("/");
  return text;
}
