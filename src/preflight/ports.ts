import { PORTS } from "../stack/flows.ts";
import type { Host, Stack } from "../stack/stack.ts";
import { type Finding, fault, sshForSudo, warning } from "./finding.ts";

/** A listening TCP socket, and the program behind it. */
export interface Holder {
  readonly port: number;
  readonly address: string;
  /** undefined: no process has it, such as a socket of the kernel's own. */
  readonly pid: number | undefined;
  readonly program: string | undefined;
  /** The systemd unit that the program belongs to. */
  readonly unit: string | undefined;
}

/** A port that a role's service will listen on. */
export interface NeededPort {
  readonly port: number;
  /** undefined: every address. */
  readonly address: string | undefined;
  readonly by: string;
}

/** The name of the process that looks at a host, as others see it: 15 characters at most. */
export const AGENT = "quintet-check";

/** On the host, as root: who listens on which port. */
export const PORTS_SCRIPT = `
def listening():
    for name, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in read("/proc/net/" + name).splitlines()[1:]:
            words = line.split()
            if words[3] != "0A":
                continue
            address, port = words[1].split(":")
            raw = b"".join(struct.pack("=I", int(address[at:at + 8], 16)) for at in range(0, len(address), 8))
            yield socket.inet_ntop(family, raw), int(port, 16), words[9]

def unit_of(pid):
    for line in read("/proc/%s/cgroup" % pid).splitlines():
        if line.startswith("0::/") or ":name=systemd:" in line:
            units = [part for part in line.split("/") if part.endswith((".service", ".scope", ".socket"))]
            if units:
                return units[-1]

def ports(wanted):
    found = [(address, port, inode) for address, port, inode in listening() if port in wanted]
    owners = {"socket:[%s]" % inode: None for _, _, inode in found}
    for pid in (name for name in os.listdir("/proc") if name.isdigit() and found):
        try:
            for fd in os.listdir("/proc/%s/fd" % pid):
                link = os.readlink("/proc/%s/fd/%s" % (pid, fd))
                if link in owners and owners[link] is None:
                    owners[link] = pid
        except OSError:
            pass
    holders = []
    for address, port, inode in found:
        pid = owners["socket:[%s]" % inode]
        program = read("/proc/%s/comm" % pid).strip() if pid else None
        holders.append({"port": port, "address": address, "pid": pid and int(pid), "program": program,
                        "unit": unit_of(pid) if pid else None})
    return holders
`;

/** Every port that the roles of a host will listen on, but for sshd's. */
export function neededPorts(stack: Stack, { tiers, privateAddress }: Host): NeededPort[] {
  const needed: NeededPort[] = [];
  const add = (port: number, address: string | undefined, by: string) => needed.push({ port, address, by });
  if (tiers.includes("loadbalancer")) {
    add(PORTS.http, undefined, "HAProxy");
    add(PORTS.https, undefined, "HAProxy");
    add(PORTS.peers, privateAddress, "HAProxy");
    add(PORTS.metrics, privateAddress, "HAProxy");
    add(HEALTH_PORT, "127.0.0.1", "HAProxy");
  }
  if (tiers.includes("web")) add(PORTS.web, privateAddress, "Nginx");
  if (tiers.includes("app")) add(stack.app.port, privateAddress, "the application");
  if (tiers.includes("database")) add(stack.database.port, privateAddress, "the database");
  return needed;
}

/** Where keepalived asks HAProxy whether it is well. */
const HEALTH_PORT = 8406;

/** Ports that somebody else has. `units`: the services that the roles of the host run. Pure. */
export function judgePorts(stack: Stack, host: Host, holders: readonly Holder[], units: readonly string[]): Finding[] {
  // Another run that looks goes within seconds.
  const others = holders.filter(({ program }) => program !== AGENT);
  const strangers = others.filter(({ unit }) => unit === undefined || !units.includes(unit));
  return neededPorts(stack, host).flatMap((needed) => {
    const holder = strangers.find((one) => one.port === needed.port && inTheWay(one.address, needed.address));
    if (holder === undefined) return [];
    const { program = "a program that cannot be seen", unit, pid } = holder;
    const where = unit === undefined ? (pid === undefined ? "" : ` (process ${pid})`) : ` (${unit})`;
    return [
      fault(
        host,
        `Port ${needed.port} on ${host.name} is taken by ${program}${where}; ${needed.by} needs it.`,
        `${end(host, holder)}${other(needed)}`,
      ),
    ];
  });
}

/** Another run's look at a host. What it listens on hides nobody else. Pure. */
export function judgeOtherLooks(host: Host, holders: readonly Holder[]): Finding[] {
  if (!holders.some(({ program }) => program === AGENT)) return [];
  const message = `Another run of Quintet is looking at ${host.name}: not every way between the hosts could be tried.`;
  return [warning(host, message, "Run the same command again when that one has ended.")];
}

function end(host: Host, { unit, pid, port }: Holder): string {
  if (unit?.endsWith(".service")) return `${sshForSudo(host)} sudo systemctl disable --now ${unit}`;
  return pid === undefined
    ? `See who has it: ${sshForSudo(host)} sudo ss -ltnp sport = :${port}`
    : `${sshForSudo(host)} sudo kill ${pid}`;
}

function other({ by }: NeededPort): string {
  if (by === "the application") return " (or set app.port in stack.yml)";
  return by === "the database" ? " (or set database.port in stack.yml)" : "";
}

/** Whether a socket on one address keeps another from the same port. */
function inTheWay(address: string, needed: string | undefined): boolean {
  const held = address.replace(/^::ffff:(?=\d+\.)/, "");
  if (held === "::" || (held === "0.0.0.0" && !needed?.includes(":"))) return true;
  return needed === undefined || held === needed;
}
