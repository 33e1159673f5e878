import { BlockList, connect, isIPv6 } from "node:net";
import type { Sessions } from "../remote/sessions.ts";
import { flowsTo } from "../stack/flows.ts";
import { type Host, hostsOf, type Stack } from "../stack/stack.ts";
import type { IsolationReport } from "../report/schema.ts";

export const THIS_COMPUTER = "this computer";

/** A port to try, and whether it should be open. */
export interface Probe {
  readonly from: string;
  readonly to: string;
  readonly address: string;
  readonly port: number;
  readonly expected: "open" | "closed";
}

/** Tries every [address, port] on standard input at once, two seconds each, and prints which were open. */
const TRY = `import concurrent.futures, json, socket, sys
def attempt(target):
    try:
        socket.create_connection(target, 2).close()
        return True
    except OSError:
        return False
targets = json.load(sys.stdin)
with concurrent.futures.ThreadPoolExecutor(len(targets) or 1) as pool:
    print(json.dumps(list(pool.map(attempt, targets))))
`;

/** Every flow of the stack, tried from every other host and from this computer. */
export function probesOf(stack: Stack): Probe[] {
  return stack.hosts.flatMap((to) =>
    flowsTo(stack, to).flatMap(({ port, from }) => {
      const inside = stack.hosts
        .filter((host) => host !== to)
        .map((host): Probe => {
          const open = from === "anywhere" || ("hosts" in from ? from.hosts.includes(host) : isIn(host, from.networks));
          const expected = open ? "open" : "closed";
          return { from: host.name, to: to.name, address: to.privateAddress, port, expected };
        });
      const outside = fromThisComputer(to, port, from);
      return outside === undefined
        ? inside
        : [...inside, { from: THIS_COMPUTER, to: to.name, address: to.address, port, expected: outside }];
    }),
  );
}

/**
 * Those of the probes that are about these hosts and need a login to no others: what is tried on them, from each other
 * and from this computer, and whether they reach the database.
 */
export function probesAbout(hosts: readonly Host[], stack: Stack): Probe[] {
  const all = probesOf(stack);
  if (hosts.length === stack.hosts.length) return all;
  const meant = new Set(hosts.map((host) => host.name));
  const databases = new Set(hostsOf(stack, "database").map((host) => host.name));
  return all.filter(({ from, to, port }) => {
    if (from !== THIS_COMPUTER && !meant.has(from)) return false;
    return meant.has(to) || (meant.has(from) && databases.has(to) && port === stack.database.port);
  });
}

/** Tries the probes: one SSH command a source, all sources at once. A source that cannot be reached throws. */
export async function tryProbes(probes: readonly Probe[], sessions: Sessions): Promise<IsolationReport[]> {
  const sources = [...new Set(probes.map((probe) => probe.from))];
  const results = await Promise.all(
    sources.map(async (source) => {
      const own = probes.filter((probe) => probe.from === source);
      const open =
        source === THIS_COMPUTER
          ? await Promise.all(own.map((probe) => isOpen(probe.address, probe.port)))
          : await tryFromHost(source, own, sessions);
      return own.map(({ from, to, port, expected }, index) => ({
        from,
        to,
        port,
        expected,
        actual: open[index] ? ("open" as const) : ("closed" as const),
      }));
    }),
  );
  return results.flat();
}

async function tryFromHost(source: string, probes: readonly Probe[], sessions: Sessions): Promise<boolean[]> {
  const session = await sessions.to(source);
  const input = JSON.stringify(probes.map((probe) => [probe.address, probe.port]));
  const result = await session.run(["python3", "-c", TRY], { input, timeoutMs: 15_000 });
  if (result.exitCode !== 0) throw new Error(`ports could not be tried from ${source}: ${result.stderr.trim()}`);
  return JSON.parse(result.stdout) as boolean[];
}

/** undefined: whether this computer is in the networks that may connect is not for us to know. */
function fromThisComputer(to: Host, port: number, from: ReturnType<typeof flowsTo>[number]["from"]) {
  // It is the port that we log in through.
  if (from === "anywhere" || port === to.ssh.port) return "open" as const;
  if ("networks" in from && from.networks.length > 0) return undefined;
  return "closed" as const;
}

function isIn(host: Host, networks: readonly string[]): boolean {
  const family = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    list.addSubnet(address, Number(prefix ?? (isIPv6(address) ? 128 : 32)), family(address));
  }
  return list.check(host.privateAddress, family(host.privateAddress));
}

function isOpen(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (open: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(open);
    };
    const timer = setTimeout(() => end(false), 2_000);
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}
