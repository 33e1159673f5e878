import type { Host } from "../stack/stack.ts";
import { sshForSudo } from "./finding.ts";

/** A packet filter on a host that is not this stack's own. */
export interface Filter {
  /** "ufw", "firewalld", or such as "the nftables table inet lab". */
  readonly name: string;
  /** "ufw", "firewalld", "iptables", or the nftables table as its command names it. */
  readonly tool: string;
  /** It drops what it does not know. */
  readonly strict: boolean;
}

export interface Filters {
  readonly others: readonly Filter[];
  /** The rules of our own table that let something in; undefined where it is not loaded. */
  readonly own: readonly string[] | undefined;
}

/** On the host, as root: which packet filters look at what comes in. */
export const FILTERS_SCRIPT = `
def filters():
    others = []
    if re.search("^ENABLED=yes", read("/etc/ufw/ufw.conf"), re.M):
        others.append({"name": "ufw", "tool": "ufw", "strict": True})
    if said("systemctl", "is-active", "firewalld.service").strip() == "active":
        others.append({"name": "firewalld", "tool": "firewalld", "strict": True})
    known = {other["tool"] for other in others}
    listed = json.loads(said("nft", "--json", "list", "ruleset") or "{}").get("nftables", [])
    chains = [entry["chain"] for entry in listed if entry.get("chain", {}).get("hook") in ("input", "prerouting", "ingress")]
    rules = [entry["rule"] for entry in listed if "rule" in entry]
    tables = {}
    for chain in chains:
        table = (chain["family"], chain["table"])
        strict = chain.get("policy") == "drop"
        own = [rule for rule in rules if (rule["family"], rule["table"], rule["chain"]) == table + (chain["name"],)]
        refuses = any("drop" in part or "reject" in part for rule in own for part in rule.get("expr", []))
        if strict or refuses:
            tables[table] = tables.get(table, False) or strict
    for (family, table), strict in tables.items():
        ours = (family, table) == ("inet", "quintet")
        theirs = ("ufw" in known and table == "filter") or ("firewalld" in known and table == "firewalld")
        if not ours and not theirs:
            name = "%s %s" % (family, table)
            others.append({"name": "the nftables table " + name, "tool": name, "strict": strict})
    for family, program in (("", "iptables-legacy"), ("6", "ip6tables-legacy")):
        if "filter" in read("/proc/net/ip%s_tables_names" % family) and "ufw" not in known:
            chain = said(program, "-S", "INPUT")
            if re.search("-j (DROP|REJECT)|-P INPUT DROP", chain):
                others.append({"name": "iptables", "tool": "iptables", "strict": "-P INPUT DROP" in chain})
    mine = said("nft", "--numeric", "list", "table", "inet", "quintet")
    return {"others": others, "own": [line.strip() for line in mine.splitlines() if " accept" in line] if mine else None}
`;

/**
 * Whether our own table on a host keeps this out: one that is loaded from an earlier stack.yml, which `apply` brings
 * up to date. `what`: as the rule has it, such as "tcp dport 80".
 */
export function ownTableRefuses({ own }: Filters, sources: readonly string[], what: string): boolean {
  if (own === undefined) return false;
  const letsIn = (rule: string) =>
    rule.includes(`${what} accept`) && (!rule.includes("saddr") || sources.some((one) => words(rule).includes(one)));
  return !own.some(letsIn);
}

function words(rule: string): string[] {
  return rule.split(/[\s,{}]+/);
}

/** What to do about a packet that a host does not let in: by which filter, if one was seen there. */
export function letIn(
  host: Host,
  filters: Filters | undefined,
  sources: readonly string[],
  port: number | "vrrp",
): string {
  const suspect = filters?.others.find(({ strict }) => strict) ?? filters?.others[0];
  if (suspect === undefined) {
    return `Nothing on ${host.name} was seen to filter it: look for a firewall between them, such as a cloud's security group.`;
  }
  const [source = ""] = sources;
  const all = sources.join(" and ");
  const what = port === "vrrp" ? "protocol 112 (VRRP)" : `TCP port ${port}`;
  const family = source.includes(":") ? "ipv6" : "ipv4";
  if (suspect.tool === "ufw") {
    if (port === "vrrp") return `ufw is active on ${host.name}: let ${what} from ${all} in, in /etc/ufw/before.rules.`;
    const rules = sources.map((one) => `sudo ufw allow proto tcp from ${one} to any port ${port}`);
    return `ufw is active on ${host.name}: ${sshForSudo(host)} '${rules.join("; ")}'`;
  }
  if (suspect.tool === "firewalld") {
    const match = port === "vrrp" ? 'protocol value="vrrp"' : `port port="${port}" protocol="tcp"`;
    const rules = sources.map(
      (one) =>
        `sudo firewall-cmd --permanent --add-rich-rule="rule family=${family} source address=${one} ${match.replaceAll('"', "")} accept"`,
    );
    return `firewalld is active on ${host.name}: ${sshForSudo(host)} '${rules.join("; ")}; sudo firewall-cmd --reload'`;
  }
  return `Probably ${suspect.name} on ${host.name}: let ${what} from ${all} in there.`;
}
