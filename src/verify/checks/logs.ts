import type { Tier } from "../../stack/schema.ts";
import { hostsOf } from "../../stack/stack.ts";
import { type Check, type Context, type Finding, finding } from "../context.ts";
import { accessLogOf, type Trail } from "../trail/trail.ts";

export const webLogs: Check = {
  id: "web-logs",
  tier: "web",
  title: "Each web server logs its requests, with the site's name",
  fix: "Run apply: it writes nginx.conf and reloads Nginx. See that the disk of /var/log is not full.",
  run: (context) => logsOf(context, "web"),
};

export const balancerLogs: Check = {
  id: "balancer-logs",
  tier: "loadbalancer",
  title: "Each balancer logs its requests, with the site's name",
  fix: "Run apply: it writes haproxy.cfg and reloads HAProxy. See what the journal drops: journalctl --unit systemd-journald",
  run: (context) => logsOf(context, "loadbalancer"),
};

async function logsOf(context: Context, tier: Exclude<Tier, "database" | "app">): Promise<Finding[]> {
  const trails = (await context.trails()).filter(({ log }) => log === tier);
  const name = context.site.domain;
  const expected = `the request, with ${name}`;
  return hostsOf(context, tier).map(({ name: host }) => {
    const own = trails.filter((one) => one.host === host);
    // That it serves is for other checks to say.
    if (own.length === 0) return { host, status: "skipped", expected, actual: "it answered no request" };
    const wrong = own.flatMap((trail) => wrongOf(trail, name) ?? []);
    return finding(host, wrong.length === 0, expected, wrong[0] ?? expected);
  });
}

function wrongOf({ lines, log, error }: Trail, name: string): string | undefined {
  if (error !== undefined) return error;
  if (lines.length === 0) return `the request is not in ${accessLogOf(log)}`;
  return lines.some((line) => hasWord(line, name)) ? undefined : `the request, without ${name}`;
}

/** Whether a line of a log has this as a word: 10.0.0.1 is not in 10.0.0.11, but in 10.0.0.1:5022 and ::ffff:10.0.0.1. */
export function hasWord(line: string, word: string): boolean {
  const sign = word.includes(":") ? "[.:]" : "\\.";
  const before = new RegExp(`(?:[A-Za-z0-9-]|[A-Za-z0-9]${sign}|::)$`);
  const after = new RegExp(`^(?:[A-Za-z0-9-]|${sign}[A-Za-z0-9]|::)`);
  for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
    const ipv4InIpv6 = !word.includes(":") && /::(?:ffff:)?$/i.test(line.slice(0, at));
    if ((ipv4InIpv6 || !before.test(line.slice(0, at))) && !after.test(line.slice(at + word.length))) return true;
  }
  return false;
}
