import { BlockList, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Stack } from "../stack/stack.ts";
import { bridgeName } from "./names.ts";

/**
 * Whether this stack's hosts are rehearsal machines: its bridge is up, which everybody may see, and all of them are
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
