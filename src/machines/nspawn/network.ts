import { join } from "node:path";
import { must, privileged } from "../privileged.ts";
import { bridgeName, tableName } from "./names.ts";
import type { NetworkPlan } from "./network-plan.ts";
import type { NspawnWorld } from "./world.ts";

/** Replaces the rehearsal's table in one transaction: what machines send out goes under this computer's address. */
export function nftRules({ table, network: { text } }: Pick<NetworkPlan, "table" | "network">): string {
  return `table ip ${table} {}
delete table ip ${table}
table ip ${table} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${text} ip daddr != ${text} masquerade
  }
}
`;
}

const FORWARDING = "/proc/sys/net/ipv4/ip_forward";

// $1: a file that remembers that forwarding was off.
const FORWARD = `[ "$(cat ${FORWARDING})" = 1 ] || { : >"$1" && echo 1 >${FORWARDING}; }`;

// Off again, unless it was on before or another rehearsal is up. $1: that file, $2: how rehearsals' bridges begin.
const UNFORWARD = `[ -e "$1" ] || exit 0
for link in /sys/class/net/"$2"*; do [ -e "$link" ] && exit 0; done
echo 0 >${FORWARDING} && rm "$1"`;

// Docker and some firewalls drop all forwarded traffic that they do not know, and an accept in a table of our own
// cannot overrule them: the way through has to stand in the chain that drops. $1: bridge.
const LET_THROUGH = `nft list chain ip filter FORWARD 2>/dev/null | grep -q "policy drop" || exit 0
for end in -i -o; do
  iptables -C FORWARD "$end" "$1" -j ACCEPT 2>/dev/null || iptables -I FORWARD "$end" "$1" -j ACCEPT || exit 1
done`;

// A link that a killed systemd-nspawn left behind is still a port of the bridge. $1: bridge, $2: table.
const REMOVE = `for port in /sys/class/net/"$1"/brif/*; do
  if [ -e "$port" ]; then ip link delete dev "\${port##*/}"; fi
done
if [ -e /sys/class/net/"$1" ]; then ip link delete dev "$1" || exit 1; fi
if nft list table ip "$2" >/dev/null 2>&1; then nft delete table ip "$2" || exit 1; fi
nft list chain ip filter FORWARD 2>/dev/null | grep -qF "\\"$1\\"" || exit 0
for end in -i -o; do
  while iptables -D FORWARD "$end" "$1" -j ACCEPT 2>/dev/null; do :; done
done`;

const forwardingMark = (world: NspawnWorld) => join(world.stateDirectory, "forwarding-was-off");

/** Makes what is missing of the rehearsal's network. */
export async function makeNetwork(world: NspawnWorld, plan: NetworkPlan): Promise<void> {
  const run = privileged(world);
  const { bridge, hardwareAddress } = plan;
  const doing = { doing: `make the bridge ${bridge}` };
  if ((await run(["ip", "link", "show", "dev", bridge])).exitCode !== 0) {
    await must(run, ["ip", "link", "add", "name", bridge, "address", hardwareAddress, "type", "bridge"], doing);
  }
  const address = `${plan.gateway}/${plan.network.prefix}`;
  await must(run, ["ip", "address", "replace", address, "dev", bridge], doing);
  await must(run, ["ip", "link", "set", "dev", bridge, "up"], doing);
  await must(run, ["sh", "-c", FORWARD, "sh", forwardingMark(world)], { doing: "turn IPv4 forwarding on" });
  await must(run, ["nft", "-f", "-"], { doing: `make the nftables table ${plan.table}` }, { input: nftRules(plan) });
  await must(run, ["sh", "-c", LET_THROUGH, "sh", bridge], { doing: "let the machines through its firewall" });
}

/** Needs only the stack's name, so that it also works where stack.yml has changed since. */
export async function removeNetwork(world: NspawnWorld, stack: string): Promise<void> {
  const run = privileged(world);
  const remove = ["sh", "-c", REMOVE, "sh", bridgeName(stack), tableName(stack)];
  await must(run, remove, { doing: "remove the rehearsal's network" });
  const restore = ["sh", "-c", UNFORWARD, "sh", forwardingMark(world), bridgeName("")];
  await must(run, restore, { doing: "turn IPv4 forwarding off again" });
}
