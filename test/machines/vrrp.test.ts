import { describe, expect, test } from "vitest";
import { hostsOf } from "../../src/stack/stack.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { hostNamed, inside, sharedStack } from "./shared.ts";

const reason = await whyNoMachines();

/** For two seconds, adverts of the highest priority: source, destination, router id, virtual IP. */
const ADVERTISE = `import socket, struct, sys, time
source, destination, router, virtual = sys.argv[1:]
def total(data):
    words = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    words = (words & 0xffff) + (words >> 16)
    return ~((words & 0xffff) + (words >> 16)) & 0xffff
def advert(checksum):
    return struct.pack("!BBBBHH4s", 0x31, int(router), 255, 1, 20, checksum, socket.inet_aton(virtual))
pseudo = socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack("!BBH", 0, 112, len(advert(0)))
vrrp = advert(total(pseudo + advert(0)))
header = struct.pack("!BBHHHBBH4s4s", 0x45, 0xc0, 20 + len(vrrp), 0, 0, 255, 112, 0, socket.inet_aton(source), socket.inet_aton(destination))
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for _ in range(40):
    raw.sendto(header + vrrp, (destination, 0))
    time.sleep(0.05)
`;

async function holders(): Promise<string[]> {
  const stack = await sharedStack();
  const balancers = hostsOf(stack, "loadbalancer").map(({ name }) => name);
  const seen = await Promise.all(balancers.map((name) => inside(name, "ip -brief -4 address show")));
  return balancers.filter((_, index) => seen[index]?.includes(` ${stack.virtualIp.address}/`));
}

/** Who held the virtual IP while app1 sent adverts to its holder, in this name. */
async function heldMeanwhile(holder: string, name: string): Promise<Set<string>> {
  const { virtualIp } = await sharedStack();
  const [from, to] = await Promise.all([hostNamed(name), hostNamed(holder)]);
  const words = [from.privateAddress, to.privateAddress, String(virtualIp.routerId), virtualIp.address];
  let sending = true;
  const sent = inside("app1", `python3 -c '${ADVERTISE}' ${words.join(" ")}`).finally(() => {
    sending = false;
  });
  const seen = new Set<string>();
  while (sending) seen.add((await holders()).join(" and "));
  await sent;
  return seen;
}

describe.skipIf(reason !== undefined)(`VRRP${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("only the peer is believed: adverts of another host change nothing, the same in the peer's name do", async () => {
    const [holder = "", ...others] = await holders();
    expect(others).toEqual([]);
    const peer = hostsOf(await sharedStack(), "loadbalancer").find(({ name }) => name !== holder)?.name ?? "";
    expect(await heldMeanwhile(holder, "app1")).toEqual(new Set([holder]));
    // So the adverts are such as keepalived heeds. Against a forged address only the network helps: docs/security.md.
    expect(await heldMeanwhile(holder, peer)).toContain(peer);
    await expect.poll(async () => (await holders()).length, { timeout: 10_000 }).toBe(1);
  });
});
