import type { Flow } from "./flows.ts";
import type { Host } from "./stack.ts";

/** The nftables rules that let a flow in, one for each family: none for a flow from nowhere. */
export function acceptRules(flow: Flow): string[] {
  const accept = `tcp dport ${flow.port} accept comment ${JSON.stringify(flow.name)}`;
  if (flow.from === "anywhere") return [accept];
  const sources = "hosts" in flow.from ? addresses(flow.from.hosts) : flow.from.networks;
  return sourceMatches(sources).map((match) => `${match} ${accept}`);
}

/** What a rule begins with that is about these sources, by family. */
export function sourceMatches(sources: readonly string[]): string[] {
  const match = (family: string, list: readonly string[]) =>
    list.length === 0 ? [] : [`${family} saddr { ${list.join(", ")} }`];
  return [
    ...match(
      "ip",
      sources.filter((source) => !source.includes(":")),
    ),
    ...match(
      "ip6",
      sources.filter((source) => source.includes(":")),
    ),
  ];
}

/** Either address of a host may be the source, whichever the route prefers. */
export function addresses(hosts: readonly Host[]): string[] {
  return [...new Set(hosts.flatMap((host) => [host.privateAddress, host.address]))];
}
