import { isIPv6 } from "node:net";
import type { Session } from "../../remote/session.ts";
import { isIn } from "./ways.ts";

/** The packet filter of a host as it is now, and who listens there. */
export interface LiveFilter {
  /** Our own table; undefined: it is not loaded. */
  readonly own: { readonly policy: string | undefined; readonly rules: readonly LiveRule[] } | undefined;
  /** Other tables that look at what comes in, such as "inet firewalld". */
  readonly others: readonly string[];
  /** Lines of `ss -Hltnp`. */
  readonly listening: readonly string[];
}

/** A rule of our input chain, in the order in which they are asked. */
export interface LiveRule {
  /** As nft writes it. */
  readonly text: string;
  readonly expr: readonly Readonly<Record<string, unknown>>[];
}

/** A new connection as the filter sees it; sources undefined: from wherever. */
export interface Packet {
  readonly sources: readonly string[] | undefined;
  readonly address: string;
  readonly port: number;
}

/** On the host, as root. JSON says what a rule means, the listing how it is written. */
const SEE = `import json, subprocess
def said(*argv):
    try:
        return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=5).stdout.decode()
    except (OSError, subprocess.SubprocessError):
        return ""
print(json.dumps({
    "ruleset": said("nft", "--json", "list", "ruleset"),
    "listing": said("nft", "--handle", "list", "table", "inet", "quintet"),
    "listening": said("ss", "-Hltnp"),
}))
`;

export async function liveFilter(session: Session, signal?: AbortSignal): Promise<LiveFilter> {
  const options = { sudo: true, timeoutMs: 20_000, ...(signal === undefined ? {} : { signal }) };
  const result = await session.run(["python3", "-c", SEE], options);
  if (result.exitCode !== 0) throw new Error(result.stderr.trim().split("\n").at(-1));
  return parseLiveFilter(result.stdout);
}

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
}

interface Entry {
  readonly chain?: Chain;
  readonly rule?: { family: string; table: string; chain: string; handle: number; expr?: LiveRule["expr"] };
}

function parseLiveFilter(json: string): LiveFilter {
  const said = JSON.parse(json) as { ruleset: string; listing: string; listening: string };
  const entries = (said.ruleset === "" ? [] : (JSON.parse(said.ruleset) as { nftables: Entry[] }).nftables) ?? [];
  const chains = entries.flatMap(({ chain }) => (chain?.hook === "input" ? [chain] : []));
  const own = chains.find(({ family, table }) => family === "inet" && table === "quintet");
  const texts = new Map(
    said.listing.split("\n").flatMap((line) => {
      const [, text, handle] = /^\s*(.*) # handle (\d+)$/.exec(line) ?? [];
      return text === undefined ? [] : [[Number(handle), text]];
    }),
  );
  const rules = entries.flatMap(({ rule }) =>
    rule !== undefined && own !== undefined && isOf(own, rule)
      ? [{ text: texts.get(rule.handle) ?? JSON.stringify(rule.expr), expr: rule.expr ?? [] }]
      : [],
  );
  const others = chains.filter((chain) => chain !== own).map(({ family, table }) => `${family} ${table}`);
  return {
    own: own && { policy: own.policy, rules },
    others: [...new Set(others)],
    listening: said.listening.split("\n").filter((line) => line !== ""),
  };
}

function isOf(chain: Chain, rule: { family: string; table: string; chain: string }): boolean {
  return rule.family === chain.family && rule.table === chain.table && rule.chain === chain.name;
}

/** The rule of our chain that decides about a new connection, or could let it in; undefined: the policy decides. */
export function decidingRule(
  rules: readonly LiveRule[],
  packet: Packet,
): { readonly text: string; readonly accepts: boolean } | undefined {
  for (const { text, expr } of rules) {
    const matches = expr.flatMap((one) => ("match" in one ? [matchOf(one["match"] as Match, packet)] : []));
    if (matches.includes(false)) continue;
    if (expr.some((one) => "accept" in one)) return { text, accepts: true };
    const certain = !matches.includes(undefined);
    if (certain && expr.some((one) => "drop" in one || "reject" in one)) return { text, accepts: false };
  }
  return undefined;
}

interface Match {
  readonly op: string;
  readonly left: {
    readonly meta?: { readonly key: string };
    readonly ct?: { readonly key: string };
    readonly payload?: { readonly protocol?: string; readonly field?: string };
  };
  readonly right: unknown;
}

/** undefined: what it asks for is not known here. */
function matchOf({ op, left, right }: Match, packet: Packet): boolean | undefined {
  const is = asked(left, right, packet);
  if (op === "!=" && is !== undefined) return !is;
  return op === "==" || op === "in" ? is : undefined;
}

function asked({ meta, ct, payload }: Match["left"], right: unknown, packet: Packet): boolean | undefined {
  const { sources, address, port } = packet;
  // What is in a set that has a name is not known here.
  if (typeof right === "string" && right.startsWith("@")) return undefined;
  const family = isIPv6(address) ? "ip6" : "ip";
  if (meta?.key === "l4proto") return has(right, "tcp") || has(right, 6);
  if (meta?.key === "nfproto") return has(right, family === "ip6" ? "ipv6" : "ipv4");
  // What comes from outside never comes in over the loopback interface.
  if ((meta?.key === "iif" || meta?.key === "iifname") && right === "lo") return false;
  if (ct?.key === "state") return has(right, "new");
  if (payload?.protocol === "ip" || payload?.protocol === "ip6") {
    if (payload.protocol !== family) return false;
    if (payload.field === "daddr") return has(right, address);
    if (payload.field === "saddr") return sources === undefined ? undefined : sources.some((one) => has(right, one));
    return undefined;
  }
  if (payload?.protocol === "tcp" || payload?.protocol === "th") {
    return payload.field === "dport" ? has(right, port) : undefined;
  }
  return payload?.protocol === undefined ? undefined : false;
}

/** Whether a value, set, range or prefix of nft's JSON has this in it. */
function has(right: unknown, value: string | number): boolean {
  if (Array.isArray(right)) return right.some((one) => has(one, value));
  if (typeof right !== "object" || right === null) return right === value;
  const { set, range, prefix, elem } = right as Record<string, unknown>;
  if (set !== undefined) return has(set, value);
  if (elem !== undefined) return has((elem as { val?: unknown }).val, value);
  if (Array.isArray(range)) return typeof value === "number" && Number(range[0]) <= value && value <= Number(range[1]);
  if (prefix !== undefined && typeof value === "string") {
    const { addr, len } = prefix as { addr: string; len: number };
    return isIPv6(addr) === isIPv6(value) && isIn(value, [`${addr}/${len}`]);
  }
  return false;
}
