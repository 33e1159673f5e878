import type { Host, Stack } from "../stack/stack.ts";
import { type Filters, letIn, ownTableRefuses } from "./filters.ts";
import { type Finding, fault } from "./finding.ts";
import { addressesOf } from "./flows.ts";

/** An advertisement that was on the wire. */
export interface Advert {
  readonly source: string;
  readonly routerId: number;
  readonly priority: number;
}

export interface VrrpEvidence {
  /** From anybody but the host itself. */
  readonly adverts: readonly Advert[];
  /** Whether VRRP's protocol came through from the other balancer; undefined: there was nobody to hear. */
  readonly heard: boolean | undefined;
}

/**
 * On a balancer, as root. Listens to the wire before any packet filter does, and to the other balancer behind it. The
 * first balancer speaks, the second answers: to a packet filter that knows connections, an answer is no news, so that
 * only this way round shows what it thinks of the first word. What we send is no VRRP (version, type and router id are
 * 0): a keepalived that runs passes over it.
 */
export const VRRP_SCRIPT = String.raw`
VRRP = 112
QUESTION, ANSWER = b"\0\0\0\0quintet?", b"\0\0\0\0quintet!"

def only_vrrp(sock, offset):
    # Classic BPF: load the protocol's byte, keep the packet if it is VRRP's.
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in (
        (0x30, 0, 0, offset), (0x15, 0, 1, VRRP), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0))))
    sock.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HL", 4, ctypes.addressof(code)))

def join_group(family, address, device):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET:
        group = socket.inet_aton("224.0.0.18") + socket.inet_aton(address)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    else:
        group = socket.inet_pton(family, "ff02::12") + struct.pack("@I", socket.if_nametoindex(device))
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    return sock

def vrrp(device, address, peer, first, seconds, go):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    ether, offset = (0x86DD, 6) if family == socket.AF_INET6 else (0x0800, 9)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ether))
    only_vrrp(wire, offset)
    wire.bind((device, ether))
    member = join_group(family, address, device)
    begun, went, asked = time.monotonic(), None, 0
    adverts, heard, answered = {}, False, False
    sockets = [wire]
    if peer:
        raw = socket.socket(family, socket.SOCK_RAW, VRRP)
        if family == socket.AF_INET:
            raw.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
        else:
            raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 255)
        raw.bind((address, 0))
        sockets.append(raw)
    while True:
        now = time.monotonic()
        if go.is_set() and went is None:
            went = now
        # The other may not have been answered yet, even if we have heard enough; on a busy machine it begins late.
        if now > begun + seconds and (not peer or went is not None and now > went + (1 if heard else 6)):
            break
        # The other may have been heard already because it holds the address: it has to hear us all the same.
        if peer and first and went is not None and not answered and now > asked + 0.1:
            asked = now
            try:
                raw.sendto(QUESTION, (peer, 0))
            except OSError:
                pass
        for sock in select.select(sockets, [], [], 0.1)[0]:
            packet, sender = sock.recvfrom(2048)
            if sock is wire:
                start, source = (40, packet[8:24]) if family == socket.AF_INET6 else ((packet[0] & 15) * 4, packet[12:16])
                body = packet[start:]
                if sender[2] != socket.PACKET_OUTGOING and len(body) >= 8 and body[0] in (0x21, 0x31):
                    source = socket.inet_ntop(family, source)
                    adverts[(source, body[1])] = {"source": source, "routerId": body[1], "priority": body[2]}
            elif sender[0] == peer:
                heard = True
                answered = answered or packet.endswith(ANSWER)
                if packet.endswith(QUESTION):
                    raw.sendto(ANSWER, (peer, 0))
    for sock in sockets + [member]:
        sock.close()
    return {"adverts": list(adverts.values()), "heard": heard if peer else None}
`;

/** Long enough for two advertisements at the longest usual interval, 1 s, and what they are late: one tells. */
export const VRRP_SECONDS = 2.2;

export interface BalancerEvidence {
  readonly host: Host;
  readonly vrrp: VrrpEvidence;
  readonly filters: Filters | undefined;
}

/** Another router with our id on the wire; balancers that do not hear each other. `balancers`: in the stack's order. Pure. */
export function judgeVrrp(stack: Stack, balancers: readonly BalancerEvidence[]): Finding[] {
  return [...judgeRouterId(stack, balancers), ...judgeHearing(balancers)];
}

function judgeRouterId(stack: Stack, balancers: readonly BalancerEvidence[]): Finding[] {
  const { routerId } = stack.virtualIp;
  const known = stack.hosts.filter(({ tiers }) => tiers.includes("loadbalancer")).flatMap(addressesOf);
  const used = new Set(balancers.flatMap(({ vrrp }) => vrrp.adverts.map((advert) => advert.routerId)));
  const free = Array.from({ length: 255 }, (_, index) => ((routerId + index) % 255) + 1).find((id) => !used.has(id));
  const told = new Set<string>();
  return balancers.flatMap(({ host, vrrp }) =>
    vrrp.adverts.flatMap(({ source, routerId: theirs, priority }) => {
      if (theirs !== routerId || known.includes(source) || told.has(source)) return [];
      told.add(source);
      return [
        fault(
          host,
          `Another VRRP router, ${source}, uses the router id ${routerId} in the network of ${host.name} (priority ${priority}).`,
          `Set virtual_ip.router_id in stack.yml to one that is free there, such as ${free}.`,
        ),
      ];
    }),
  );
}

function judgeHearing([first, second]: readonly BalancerEvidence[]): Finding[] {
  if (first === undefined || second === undefined) return [];
  const deaf = (hearer: BalancerEvidence, speaker: BalancerEvidence): Finding[] => {
    const sources = addressesOf(speaker.host);
    if (hearer.filters !== undefined && ownTableRefuses(hearer.filters, sources, "meta l4proto 112")) return [];
    return [
      fault(
        hearer.host,
        `${hearer.host.name} does not hear ${speaker.host.name} by VRRP (IP protocol 112): both would take the virtual IP.`,
        letIn(hearer.host, hearer.filters, [speaker.host.address], "vrrp"),
      ),
    ];
  };
  if (second.vrrp.heard === false) return deaf(second, first);
  return first.vrrp.heard === false && second.vrrp.heard === true ? deaf(first, second) : [];
}
