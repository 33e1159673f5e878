import { isIPv6 } from "node:net";
import type { Session } from "../../remote/session.ts";
import { type Fault, scripted } from "./fault.ts";

/** Ours alone, beside the firewall's: it is removed as a whole. */
const TABLE = "quintet_drill";

/**
 * The host is cut off, in both directions and with its link up, from all but this computer's SSH. It does not answer for
 * the virtual IP any more either, whoever asks for it on the network: if it goes on holding it, that is for itself.
 */
export const networkCut: Fault = scripted(async ({ stack }, session) => {
  const client = await clientOf(session);
  const address = stack.virtualIp.address.split("%")[0] ?? "";
  const inject = `nft -f - <<'END'\n${rules(client, session.host.ssh.port, address)}END\n${isIPv6(address) ? "" : unheard(address)}`;
  return { inject, repair: MEND };
});

/**
 * keepalived's own announcements of the virtual IP go past the hooks of the arp family, and would lead everybody back to
 * a host that is cut off. Kernels before 5.16 cannot keep them in: there, they may be heard once a minute.
 */
const unheard = (virtualIp: string) => `link=$(ip -o address show to ${virtualIp} | awk '{ print $2; exit }')
nft -f - 2>/dev/null <<END || :
table netdev ${TABLE} {
  chain egress {
    type filter hook egress device "$link" priority 0; policy accept;
    arp saddr ip ${virtualIp} drop
  }
}
END
`;

// The address becomes audible again before VRRP does: the announcement that ends the split must be heard.
const MEND = ["netdev", "arp", "inet"]
  .map((family) => `nft list table ${family} ${TABLE} >/dev/null 2>&1 && nft delete table ${family} ${TABLE}`)
  .concat("true")
  .join("\n");

export function rules(client: string, sshPort: number, virtualIp: string): string {
  const ip = isIPv6(client) ? "ip6" : "ip";
  // The target of a neighbour solicitation or advertisement: 16 bytes from the eighth on.
  const neighbour = isIPv6(virtualIp) ? `icmpv6 type { 135, 136 } @th,64,128 ${hex(virtualIp)} drop\n    ` : "";
  const chain = (name: "input" | "output", ssh: string) => `  chain ${name} {
    type filter hook ${name} priority -300; policy drop;
    ${name === "input" ? "iif" : "oif"} lo accept
    ${ssh} accept
    ${neighbour}icmpv6 type { 133, 134, 135, 136 } accept
  }
`;
  const arp = isIPv6(virtualIp)
    ? ""
    : `table arp ${TABLE} {
  chain input {
    type filter hook input priority 0; policy accept;
    arp daddr ip ${virtualIp} drop
  }
  chain output {
    type filter hook output priority 0; policy accept;
    arp saddr ip ${virtualIp} drop
  }
}
`;
  return `table inet ${TABLE} {
${chain("input", `${ip} saddr ${client} tcp dport ${sshPort}`)}${chain("output", `${ip} daddr ${client} tcp sport ${sshPort}`)}}
${arp}`;
}

/** Where our SSH comes from, as the host sees it: of a bastion, that is the bastion's address. */
async function clientOf(session: Session): Promise<string> {
  const { stdout } = await session.run(["printenv", "SSH_CONNECTION"], { timeoutMs: 10_000 });
  const [client = ""] = stdout.trim().split(" ");
  if (client === "") throw new Error(`${session.host.name} does not say where our SSH connection comes from`);
  return client.replace(/^::ffff:/, "");
}

/** An IPv6 address as one number. */
function hex(address: string): string {
  const [head = "", tail] = address.split("::");
  const words = (text: string | undefined) => (text ? text.split(":") : []);
  const [front, back] = [words(head), words(tail)];
  const all = [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0"), ...back];
  return `0x${all.map((word) => word.padStart(4, "0")).join("")}`;
}
