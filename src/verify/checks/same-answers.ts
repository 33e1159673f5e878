import { createHash } from "node:crypto";
import { prefixOf } from "../../stack/routes.ts";
import { type Host, hostsOf } from "../../stack/stack.ts";
import { type Check, type Context, type Finding, finding, VIRTUAL_IP } from "../context.ts";
import { type Fetched, fetchFrom } from "../fetch.ts";

/** Whoever fails over must not notice: certificate, static file and page are compared, each balancer asked by its address. */
export const sameAnswers: Check = {
  id: "same-answers",
  tier: "loadbalancer",
  title: "Both balancers give the same answers",
  fix: "Run apply on both balancers, without --limit: they get the same certificate and configuration.",
  async run(context) {
    const balancers = hostsOf(context, "loadbalancer");
    const [one, other] = balancers;
    const expected = "the same certificate, static file and page";
    if (one === undefined || other === undefined) {
      const actual = "the run is about one of them only";
      return balancers.map(({ name: host }): Finding => ({ host, status: "skipped", expected, actual }));
    }
    const { stack } = context;
    const stable = stack.checks.static ?? (prefixOf(stack.routes, "web") || "/");
    const differences = await Promise.all([
      compare(context, one, other, "web", stable),
      compare(context, one, other, "app", stack.checks.dynamic),
    ]);
    const wrong = [...new Set(differences.flatMap(({ wrong }) => wrong))];
    const notes = differences.flatMap(({ note }) => note ?? []);
    return [finding(VIRTUAL_IP, wrong.length === 0, expected, wrong.join(", ") || [expected, ...notes].join("; "))];
  },
};

/** What one balancer says, the other, and the one again: what differs by itself cannot be compared. */
async function compare(context: Context, one: Host, other: Host, tier: "web" | "app", path: string) {
  const server = await commonServer(context, one, tier, path);
  const ask = (balancer: Host) => fetchThrough(context, balancer, tier, path, server);
  const [first, second, again] = [await ask(one), await ask(other), await ask(one)];
  const names = `${one.name} and ${other.name}`;
  const wrong = [
    ...(first.fingerprint === second.fingerprint ? [] : [`${names} show different certificates`]),
    ...(first.status === second.status
      ? []
      : [`${path}: ${first.status} by ${one.name}, ${second.status} by ${other.name}`]),
  ];
  if (first.status !== second.status || digest(first) === digest(second)) return { wrong, note: undefined };
  const varies = digest(first) !== digest(again);
  const note = varies ? `${path} differs each time it is asked for, so that only its status was compared` : undefined;
  return { wrong: varies ? wrong : [...wrong, `${path} is not the same by ${names}`], note };
}

/** Pages may name their server: one server is compared with itself. */
async function commonServer(context: Context, balancer: Host, tier: "web" | "app", path: string) {
  const { site, signal } = context;
  const { servedBy } = await fetchFrom(site, { address: balancer.address, path, signal });
  return hostsOf(context.stack, tier).some(({ name }) => name === servedBy) ? servedBy : undefined;
}

/** The answer of this server by this balancer; of any, where it is not among many. */
async function fetchThrough(
  { site, stack, signal }: Context,
  { address }: Host,
  tier: "web" | "app",
  path: string,
  server: string | undefined,
): Promise<Fetched> {
  const headers = { "accept-encoding": "identity" };
  for (let tries = 20 * hostsOf(stack, tier).length; ; tries--) {
    const answer = await fetchFrom(site, { address, path, headers, signal });
    if (server === undefined || answer.servedBy === server || tries <= 1) return answer;
  }
}

function digest({ headers, body }: Fetched): string {
  return createHash("sha256").update(`${headers["content-type"]}\n`).update(body).digest("hex");
}
