import type { Session } from "../remote/session.ts";

/** Whether the machine carries this address on an interface now. */
export async function holds(session: Session, address: string): Promise<boolean> {
  const result = await session.run(["ip", "-json", "address", "show"], { timeoutMs: 10_000 });
  if (result.exitCode !== 0) throw new Error(`ip address show: ${result.stderr.trim()}`);
  return addressesOf(result.stdout).includes(address);
}

/** The addresses in the output of `ip -json address show`. */
export function addressesOf(json: string): string[] {
  const links = JSON.parse(json) as { addr_info?: { local?: string }[] }[];
  return links.flatMap((link) => (link.addr_info ?? []).flatMap((info) => info.local ?? []));
}
