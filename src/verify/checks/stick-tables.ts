import { randomBytes } from "node:crypto";
import { hostsOf } from "../../stack/stack.ts";
import { type Check, type Context, type Finding, finding } from "../context.ts";

/**
 * Puts an entry of its own into this balancer's table, then waits for the other's to come over. What is told of the
 * peers is for who reads that it did not. HAProxy tries again some seconds after a peer was not there. Arguments: own key, the other's key.
 */
const SHARE = `import json, socket, sys, time
def talk(words):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect("/run/haproxy/admin.sock")
        s.sendall(words.encode() + b"\\n")
        said = b""
        while True:
            more = s.recv(65536)
            if not more: return said.decode()
            said += more
own, other = sys.argv[1:]
refused = talk("set table clients key %s data.http_req_rate 1" % own).strip()
end = time.monotonic() + 10
seen = False
while not seen and not refused and time.monotonic() < end:
    seen = ("key=%s " % other) in talk("show table clients key %s" % other)
    if not seen: time.sleep(0.02)
print(json.dumps({"seen": seen, "refused": refused, "peers": talk("show peers")}))
`;

export const stickTables: Check = {
  id: "stick-tables",
  tier: "loadbalancer",
  title: "What one balancer counts, the other knows",
  fix: "Run apply on both balancers. They connect to each other on port 10000 of their private addresses: see that nothing between them is in the way.",
  async run(context) {
    const balancers = hostsOf(context, "loadbalancer");
    const expected = "what the other has put into the table";
    if (balancers.length < 2) {
      const actual = "the run is about one of them only";
      return balancers.map(({ name: host }): Finding => ({ host, status: "skipped", expected, actual }));
    }
    // Of the addresses for documentation (RFC 3849), so nobody's; each is forgotten in ten minutes.
    const keys = balancers.map(() => `2001:db8:${groups(6)}`);
    return Promise.all(
      balancers.map(async ({ name }, index) => {
        const others = keys.filter((_, at) => at !== index);
        try {
          const { seen, refused, peers } = await share(context, name, keys[index] ?? "", others[0] ?? "");
          const states = [...peers.matchAll(/id=([^(\s]+)\(remote[^\n]*last_status=([A-Z0-9]+)/g)];
          const state = states.map(([, peer, status]) => `${peer} is ${status}`).join(", ") || "no peer is known";
          const actual = refused || (seen ? expected : `nothing within 10 s (${state})`);
          return finding(name, seen, expected, actual);
        } catch (error) {
          context.signal.throwIfAborted();
          return finding(name, false, expected, (error as Error).message);
        }
      }),
    );
  },
};

interface Shared {
  readonly seen: boolean;
  readonly refused: string;
  readonly peers: string;
}

async function share({ sessions, signal }: Context, host: string, own: string, other: string): Promise<Shared> {
  const session = await sessions.to(host);
  const result = await session.run(["python3", "-c", SHARE, own, other], { sudo: true, timeoutMs: 20_000, signal });
  if (result.exitCode !== 0) {
    throw new Error(`HAProxy's runtime socket does not answer: ${result.stderr.trim().split("\n").at(-1)}`);
  }
  return JSON.parse(result.stdout) as Shared;
}

/** Random groups of an IPv6 address, none of which is written shorter than it is. */
function groups(count: number): string {
  return Array.from({ length: count }, () => (0x1000 + (randomBytes(2).readUInt16BE() % 0xf000)).toString(16)).join(
    ":",
  );
}
