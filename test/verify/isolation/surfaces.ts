import type { Stack } from "../../../src/stack/stack.ts";
import type { InterfaceAddress, Surface } from "../../../src/verify/isolation/surface.ts";

/** An address as "eth0 10.0.0.11/24". */
export function surface(addresses: readonly string[], listening: readonly string[] = []): Surface {
  return {
    addresses: addresses.map((text): InterfaceAddress => {
      const [name = "", network = ""] = text.split(" ");
      const [address = "", prefix] = network.split("/");
      return { interface: name, address, prefix: Number(prefix), linkLocal: address.startsWith("fe80:") };
    }),
    listening: listening.map((text) => {
      const at = text.lastIndexOf(":");
      return { address: text.slice(0, at), port: Number(text.slice(at + 1)) };
    }),
  };
}

/** Each host with its private address, a link-local one on the same interface, and sshd everywhere. */
export function surfacesOf(stack: Stack, change: Readonly<Record<string, Surface>> = {}): Map<string, Surface> {
  const own = stack.hosts.map(({ name, privateAddress }, index): [string, Surface] => [
    name,
    surface(
      [`eth0 ${privateAddress}/${privateAddress.includes(":") ? 64 : 24}`, `eth0 fe80::${index + 1}/64`],
      ["0.0.0.0:22"],
    ),
  ]);
  return new Map([...own, ...Object.entries(change)]);
}
