import { networkInterfaces } from "node:os";
import type { Session } from "../../remote/session.ts";

export interface InterfaceAddress {
  readonly interface: string;
  readonly address: string;
  readonly prefix: number;
  readonly linkLocal: boolean;
}

/** What a host has that could be a way in: its addresses, and what listens there. */
export interface Surface {
  readonly addresses: readonly InterfaceAddress[];
  readonly listening: readonly { readonly address: string; readonly port: number }[];
}

/** By the name of the host, and THIS_COMPUTER. */
export type Surfaces = ReadonlyMap<string, Surface>;

/** Needs no root: the kernel shows every listening socket to everybody. */
const SEE = `import json, socket, struct, subprocess
def listening():
    for name, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        try:
            lines = open("/proc/net/" + name).read().splitlines()[1:]
        except FileNotFoundError:
            continue
        for words in (line.split() for line in lines):
            if words[3] == "0A":
                address, port = words[1].split(":")
                raw = b"".join(struct.pack("=I", int(address[at:at + 8], 16)) for at in range(0, len(address), 8))
                yield {"address": socket.inet_ntop(family, raw), "port": int(port, 16)}
links = subprocess.run(["ip", "-json", "address", "show"], stdout=subprocess.PIPE, check=True).stdout
print(json.dumps({"links": json.loads(links), "listening": list(listening())}))
`;

export async function surfaceOf(session: Session, signal?: AbortSignal): Promise<Surface> {
  const result = await session.run(["python3", "-c", SEE], {
    timeoutMs: 10_000,
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.exitCode !== 0) {
    const said = result.stderr.trim().split("\n").at(-1);
    throw new Error(`what ${session.host.name} listens on could not be seen: ${said}`);
  }
  return parseSurface(result.stdout);
}

interface Link {
  readonly ifname?: string;
  readonly link_type?: string;
  readonly addr_info?: readonly {
    readonly local?: string;
    readonly prefixlen?: number;
    readonly scope?: string;
    readonly tentative?: boolean;
    readonly dadfailed?: boolean;
  }[];
}

export function parseSurface(json: string): Surface {
  const { links, listening } = JSON.parse(json) as { links: Link[]; listening: Surface["listening"] };
  const addresses = links.flatMap(({ ifname, link_type, addr_info = [] }) =>
    ifname === undefined || link_type === "loopback"
      ? []
      : addr_info.flatMap(({ local, prefixlen, scope, tentative, dadfailed }) =>
          // Nobody answers yet at an address that may turn out to be another machine's.
          local === undefined || prefixlen === undefined || tentative || dadfailed
            ? []
            : [{ interface: ifname, address: local, prefix: prefixlen, linkLocal: scope === "link" }],
        ),
  );
  return { addresses, listening };
}

/** The addresses of this computer. What listens here is nobody's business. */
export function surfaceHere(interfaces = networkInterfaces()): Surface {
  const addresses = Object.entries(interfaces).flatMap(([name, list = []]) =>
    list.flatMap(({ address, cidr, internal }) =>
      internal || cidr === null
        ? []
        : [
            {
              interface: name,
              address,
              prefix: Number(cidr.split("/")[1]),
              linkLocal: /^(fe[89ab]|169\.254\.)/.test(address),
            },
          ],
    ),
  );
  return { addresses, listening: [] };
}
