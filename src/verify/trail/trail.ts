import { randomUUID } from "node:crypto";
import { prefixOf } from "../../stack/routes.ts";
import type { Tier } from "../../stack/schema.ts";
import { type Host, hostsOf } from "../../stack/stack.ts";
import { fetchFrom } from "../fetch.ts";
import type { Around } from "../looks.ts";
import { FIND } from "./script.ts";

/** What the mark of a request begins with, wherever it is met. */
const MARK = "quintet-mark-";

/** An address that a client claims in X-Forwarded-For; of those for documentation (RFC 5737), so nobody's. */
export const FORGED = "203.0.113.113";

/** A request that nobody else sends, by its path. */
interface Sent {
  readonly mark: string;
  /** The tier that answers it, and who did. */
  readonly tier: "web" | "app";
  readonly servedBy: string | undefined;
  /** The balancer that was asked by its own address; undefined: it was the virtual IP. */
  readonly balancer: string | undefined;
  /** Whom the balancer saw asking. */
  readonly client: string | undefined;
}

/** One request, and the lines that one host logged of it. */
export interface Trail extends Sent {
  readonly host: string;
  /** What kind of log it was looked for in: that of the host's balancer, web server or application. */
  readonly log: Exclude<Tier, "database">;
  readonly lines: readonly string[];
  /** Why the log could not be read. */
  readonly error?: string;
}

/** Where each tier's service logs, and how long to wait: Nginx collects lines for a while. */
const LOGS = {
  loadbalancer: { unit: "haproxy.service", seconds: 5 },
  web: { file: "/var/log/nginx/access.log", seconds: 8 },
  // What an application logs, and where, is its own business.
  app: { unit: "app.service", seconds: 2 },
} as const;

export const accessLogOf = (log: Trail["log"]): string => {
  const place = LOGS[log];
  return "file" in place ? place.file : `the journal of ${place.unit}`;
};

/** Sends the requests, then reads the logs of all hosts at once: one SSH command a host. */
export async function followTrails(context: Around): Promise<Trail[]> {
  const sent = await sendMarked(context);
  const found = await Promise.all(context.hosts.map((host) => readLogs(context, host, trailsOf(host, sent))));
  return found.flat();
}

/**
 * Through each balancer that the run is about, by its own address, or the virtual IP where it is about none: one
 * request a tier at least, and as many as it takes until each web and app server that the run is about has answered.
 */
async function sendMarked(context: Around): Promise<Sent[]> {
  const { hosts, stack, site, signal } = context;
  const balancers = hostsOf({ hosts }, "loadbalancer");
  const places = balancers.length > 0 ? balancers : [undefined];
  const sent: Sent[] = [];
  const send = async (tier: Sent["tier"], balancer: Host | undefined) => {
    const mark = `${MARK}${randomUUID()}`;
    const path = `${prefixOf(stack.routes, tier)}/${mark}`;
    const headers = { "x-forwarded-for": FORGED };
    const address = balancer?.address ?? site.address;
    const answer = await fetchFrom(site, { address, path, headers, signal });
    const client = answer.headers["x-client-address"];
    sent.push({
      mark,
      tier,
      servedBy: answer.servedBy,
      balancer: balancer?.name,
      client: typeof client === "string" ? client : undefined,
    });
  };
  const sendAll = async (tier: Sent["tier"]) => {
    const tried = await Promise.allSettled(places.map((place) => send(tier, place)));
    signal.throwIfAborted();
    // A balancer that does not answer is for other checks to tell.
    const answering = places.filter((_, index) => tried[index]?.status === "fulfilled");
    const [refused] = tried.filter((one) => one.status === "rejected");
    if (answering.length === 0) throw refused?.reason;
    const wanted = hostsOf({ hosts }, tier).map((host) => host.name);
    const tries = 20 * hostsOf(stack, tier).length;
    const isSeen = (name: string) => sent.some((one) => one.tier === tier && one.servedBy === name);
    for (let i = 0; i < tries && !wanted.every(isSeen); i++) await send(tier, answering[i % answering.length]);
  };
  await Promise.all([sendAll("web"), sendAll("app")]);
  return sent;
}

/** What each of the host's logs has to tell of. */
function trailsOf({ name, tiers }: Host, sent: readonly Sent[]): Omit<Trail, "lines">[] {
  const isIn = (log: Trail["log"], { tier, servedBy, balancer }: Sent) =>
    log === "loadbalancer" ? balancer === name : log === tier && servedBy === name;
  return (["loadbalancer", "web", "app"] as const)
    .filter((log) => tiers.includes(log))
    .flatMap((log) => sent.filter((one) => isIn(log, one)).map((one) => ({ ...one, host: name, log })));
}

async function readLogs(context: Around, host: Host, trails: readonly Omit<Trail, "lines">[]): Promise<Trail[]> {
  if (trails.length === 0) return [];
  const byLog = [...Map.groupBy(trails, ({ log }) => log)];
  const input = JSON.stringify(byLog.map(([log, own]) => ({ ...LOGS[log], marks: own.map(({ mark }) => mark) })));
  try {
    const session = await context.sessions.to(host.name);
    const { signal } = context;
    const result = await session.run(["python3", "-c", FIND], { input, sudo: true, timeoutMs: 20_000, signal });
    if (result.exitCode !== 0) throw new Error(`its logs cannot be read: ${result.stderr.trim().split("\n").at(-1)}`);
    const found = JSON.parse(result.stdout) as string[][][];
    return byLog.flatMap(([, own], at) => own.map((trail, index) => ({ ...trail, lines: found[at]?.[index] ?? [] })));
  } catch (error) {
    context.signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return trails.map((trail) => ({ ...trail, lines: [], error: message }));
  }
}
