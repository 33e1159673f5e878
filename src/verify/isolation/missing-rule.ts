import { type Flow, flowsTo } from "../../stack/flows.ts";
import { acceptRules } from "../../stack/packet-filter.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import { decidingRule, type LiveFilter } from "./live-filter.ts";
import type { Tried } from "./probe.ts";

/**
 * What is missing, or too wide, where a port is not as it should be: in which table and chain of which host, and how
 * the rule should stand there. `sources`: where the source's packets come from; undefined: nobody knows.
 */
export function missingRule(
  stack: Stack,
  tried: Tried,
  host: Host,
  sources: readonly string[] | undefined,
  filter: LiveFilter,
): string {
  const { from, address, port, expected } = tried;
  const flow = flowsTo(stack, host).find((one) => one.port === port);
  const packet = { sources, address, port };
  const rules = flow === undefined ? [] : acceptRules(flow);
  const chain = `${host.name}: inet quintet input`;
  const decides = filter.own && decidingRule(filter.own.rules, packet);
  const letsIn = decides?.accepts ? decides.text : undefined;
  if (expected === "closed") return `${chain}: ${tooWide(tried, flow, rules, filter, letsIn)}`;
  if (tried.actual === "refused") {
    const listener = filter.listening.find((line) => covers(line, address, port));
    if (listener === undefined) return `${host.name}: nothing listens on ${written(address, port)}${of(flow)}`;
    return `${host.name}: ${written(address, port)} has a listener, yet the answer is no: ${elsewhere(filter)}`;
  }
  if (decides?.accepts === false) return `${chain}: ${quoted([decides.text])} stands before ${quoted(rules)}`;
  // Without the table, or where it lets in by default, it is not our filter that drops.
  const passes = filter.own === undefined || letsIn !== undefined || filter.own.policy !== "drop";
  if (!passes) return `${chain}: ${quoted(rules)} is missing`;
  const has = letsIn === undefined ? "it does not keep it out" : `${quoted([letsIn])} lets it in`;
  return `${chain}: ${has}, yet ${from} gets no answer from ${written(address, port)}: ${elsewhere(filter)}`;
}

function tooWide(
  { from, address, port }: Tried,
  flow: Flow | undefined,
  rules: readonly string[],
  { own, listening }: LiveFilter,
  letsIn: string | undefined,
): string {
  const should =
    rules.length > 0
      ? `for port ${port} there should be ${quoted(rules)} alone`
      : `no rule should accept port ${port}${of(flow)}`;
  const listener = /users:\(\("([^"]*)"/.exec(listening.find((line) => covers(line, address, port)) ?? "")?.[1];
  const who = listener === undefined ? "" : ` (${listener} listens there)`;
  if (own === undefined)
    return `the table is not loaded, so ${from} reaches port ${port}${who}; ${should}, and a policy of drop`;
  if (letsIn !== undefined)
    return `${quoted([letsIn])} is too wide: it lets ${from} reach port ${port}${who}; ${should}`;
  if (own.policy !== "drop") {
    return `the final drop is missing (policy ${own.policy ?? "accept"}), so ${from} reaches port ${port}${who}; ${should}`;
  }
  return `no rule lets ${from} reach port ${port}, yet ${written(address, port)} answers: the rules have changed since, or another machine has the address; ${should}`;
}

/** Where else to look. */
function elsewhere({ others }: LiveFilter): string {
  const own =
    others.length === 0 ? "" : `the nftables ${others.length === 1 ? "table" : "tables"} ${others.join(", ")}, or `;
  return `look at ${own}a packet filter between the two`;
}

function of(flow: Flow | undefined): string {
  return flow === undefined ? "" : ` (${flow.name})`;
}

function quoted(rules: readonly string[]): string {
  return rules.map((rule) => `\`${rule}\``).join(" and ");
}

function written(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Whether a line of ss is of a socket that is asked at this address. */
function covers(line: string, address: string, port: number): boolean {
  const [, , , local = ""] = line.split(/\s+/);
  const [, held = "", at] = /^\[?(.*?)(?:%[^\]:]*)?\]?:(\d+)$/.exec(local) ?? [];
  if (Number(at) !== port) return false;
  return held === "*" || held === (address.includes(":") ? "::" : "0.0.0.0") || held === address;
}
