import { flowsTo } from "../stack/flows.ts";
import type { Host, Stack } from "../stack/stack.ts";
import { type Filters, letIn, ownTableRefuses } from "./filters.ts";
import { type Finding, fault, listedNames } from "./finding.ts";

/** A flow between two hosts that the stack needs. */
export interface NeededFlow {
  readonly name: string;
  readonly from: Host;
  readonly to: Host;
  readonly port: number;
}

export type Outcome = "open" | "refused" | "dropped" | "unreachable";
/**
 * What became of our own listener: "held" where somebody listens already, "absent" where the address is not there,
 * "another run" where one of those is at work, or looks as we do: what listens there now may have gone the next moment.
 */
type Listened = "ours" | "held" | "absent" | "failed" | "another run";

export const listenKey = (port: number): string => String(port);
export const connectKey = (to: Host, port: number): string => `${to.name}:${port}`;

/**
 * On the host, as root. Listens on ports that nobody holds, and opens connections once everybody listens; nothing is
 * said on them.
 */
export const FLOWS_SCRIPT = `
def listen(wanted, report):
    servers = []
    for key, one in wanted.items():
        family = socket.AF_INET6 if ":" in one["address"] else socket.AF_INET
        server = socket.socket(family, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((one["address"], one["port"]))
            server.listen(64)
            servers.append(server)
            report[key] = "ours"
        except OSError as error:
            server.close()
            report[key] = {errno.EADDRINUSE: "held", errno.EADDRNOTAVAIL: "absent"}.get(error.errno, "failed")
            if report[key] == "held" and any(holder["program"] == AGENT for holder in ports({one["port"]})):
                report[key] = "another run"
    return servers

def welcome(servers):
    while servers:
        for server in select.select(servers, [], [])[0]:
            server.accept()[0].close()

def reach(target):
    until = time.monotonic() + 2
    while True:
        try:
            socket.create_connection((target["address"], target["port"]), 1).close()
            return "open"
        except ConnectionRefusedError:
            outcome = "refused"
        except socket.timeout:
            outcome = "dropped"
        except OSError as error:
            outcome = "dropped" if error.errno == errno.ETIMEDOUT else "unreachable"
        if time.monotonic() > until:
            return outcome
        time.sleep(0.1)

def connect(targets, go):
    report = {}
    def one(key):
        report[key] = reach(targets[key])
    go.wait()
    together(one, targets)
    return report
`;

/** The flows between these hosts. */
export function neededFlows(stack: Stack, hosts: readonly Host[]): NeededFlow[] {
  return hosts.flatMap((to) =>
    flowsTo(stack, to).flatMap(({ name, port, from }) => {
      if (from === "anywhere" || !("hosts" in from)) return [];
      return from.hosts.flatMap((source) =>
        source === to || !hosts.includes(source) ? [] : [{ name, from: source, to, port }],
      );
    }),
  );
}

export interface FlowEvidence {
  readonly listened: Readonly<Record<string, Listened>>;
  readonly connected: Readonly<Record<string, Outcome>>;
  readonly filters: Filters | undefined;
}

const SAID: Record<Exclude<Outcome, "open">, string> = {
  refused: "the connection is refused",
  dropped: "there is no answer",
  unreachable: "there is no way there",
};

/** Flows that something is in the way of. Pure. */
export function judgeFlows(flows: readonly NeededFlow[], evidence: ReadonlyMap<string, FlowEvidence>): Finding[] {
  const blocked = new Map<string, { flow: NeededFlow; outcome: Exclude<Outcome, "open">; from: Host[] }>();
  for (const flow of flows) {
    const source = evidence.get(flow.from.name);
    const target = evidence.get(flow.to.name);
    const outcome = source?.connected[connectKey(flow.to, flow.port)];
    const listened = target?.listened[listenKey(flow.port)];
    if (source === undefined || target === undefined || outcome === undefined || outcome === "open") continue;
    // That nothing can listen there has another cause, which is said elsewhere.
    if (listened !== "ours" && listened !== "held") continue;
    const { filters } = target;
    if (filters !== undefined && ownTableRefuses(filters, addressesOf(flow.from), `tcp dport ${flow.port}`)) continue;
    const key = `${connectKey(flow.to, flow.port)} ${outcome}`;
    const known = blocked.get(key);
    if (known === undefined) blocked.set(key, { flow, outcome, from: [flow.from] });
    else known.from.push(flow.from);
  }
  return [...blocked.values()].map(({ flow: { name, to, port }, outcome, from }) =>
    fault(
      to,
      `${listedNames(from.map((host) => host.name))} cannot reach ${to.name} (${to.privateAddress}) at port ${port} (${name}): ${SAID[outcome]}.`,
      letIn(
        to,
        evidence.get(to.name)?.filters,
        from.map((host) => host.privateAddress),
        port,
      ),
    ),
  );
}

export function addressesOf(host: Host): string[] {
  return [...new Set([host.privateAddress, host.address])];
}

/** Filters that drop what they do not know, on hosts that clients are to reach. Pure. */
export function judgeClientsWay(host: Host, filters: Filters): Finding[] {
  if (!host.tiers.includes("loadbalancer")) return [];
  return filters.others.flatMap(({ name, strict, tool }) =>
    strict
      ? [
          {
            kind: "warning" as const,
            host: host.name,
            message: `Another packet filter is active on ${host.name} (${name}): it may keep clients from ports 80 and 443.`,
            next:
              tool === "ufw"
                ? `On ${host.name}: sudo ufw allow 80/tcp; sudo ufw allow 443/tcp`
                : `See that it lets TCP ports 80 and 443 in from everywhere.`,
          },
        ]
      : [],
  );
}
