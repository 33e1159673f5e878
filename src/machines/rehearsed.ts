import { BlockList, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Stack } from "../stack/stack.ts";
import { isMarked } from "./nspawn/mark.ts";
import { bridgeName } from "./nspawn/names.ts";
import type { Provider } from "./provider.ts";
import { usedProvider } from "./vagrant/ids.ts";
import { madeBy } from "./vagrant/made.ts";

/** Who runs this stack's hosts, where all of them are rehearsal machines; takes no rights to find out. */
export async function rehearsedBy(stack: Stack): Promise<Provider | undefined> {
  if (isRehearsed(stack)) return "systemd-nspawn";
  const own = await madeBy(stack);
  return own === undefined ? undefined : `vagrant:${own}`;
}

/** Who runs this stack's machines, or has begun to make them; takes no rights to find out. */
export async function ranBy(stack: Stack): Promise<Provider | undefined> {
  if (isRehearsed(stack) || (await isMarked(stack))) return "systemd-nspawn";
  const own = await usedProvider(stack);
  return own === undefined ? undefined : `vagrant:${own}`;
}

/**
 * Whether this stack's hosts are machines of systemd-nspawn: its bridge is up, which everybody may see, and all of them are
 * behind it. Another stack of the same name, that of the real machines, is not rehearsed by it.
 */
export function isRehearsed(
  { name, hosts }: Pick<Stack, "name" | "hosts">,
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): boolean {
  const behind = new BlockList();
  for (const { cidr, family } of interfaces[bridgeName(name)] ?? []) {
    const [address = "", prefix] = cidr?.split("/") ?? [];
    if (family === "IPv4" && prefix !== undefined) behind.addSubnet(address, Number(prefix), "ipv4");
  }
  return hosts.every(({ address }) => !isIPv6(address) && behind.check(address, "ipv4"));
}
