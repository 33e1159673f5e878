import { EXIT, QuintetError } from "../../errors.ts";
import type { NspawnWorld } from "./world.ts";

/** The second and third hold the real servers where the first names a stub on this computer, which no machine can reach. */
const FILES = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf", "/run/NetworkManager/no-stub-resolv.conf"];

/** The name servers of a resolv.conf that a machine can reach: IPv4, not on this computer. */
export function reachableServers(text: string): string[] {
  return [...text.matchAll(/^nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/gm)]
    .map(([, address = ""]) => address)
    .filter((address) => !address.startsWith("127.") && address !== "0.0.0.0");
}

/** The text of the machines' resolv.conf. */
export async function findResolver(world: NspawnWorld): Promise<string> {
  for (const file of FILES) {
    const servers = reachableServers((await world.run(["cat", file])).stdout);
    if (servers.length > 0) return servers.map((address) => `nameserver ${address}\n`).join("");
  }
  throw new QuintetError({
    message: "The machines would have no name server: this computer's own listens on loopback only.",
    exitCode: EXIT.preflight,
    step: "machines",
    detail: `looked for an IPv4 name server in ${FILES.join(", ")}`,
    next: "Name an IPv4 name server of your network in /etc/resolv.conf.",
  });
}
