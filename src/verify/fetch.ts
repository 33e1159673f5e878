import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import type { TLSSocket } from "node:tls";
import type { Tier } from "../stack/schema.ts";
import { hostsOf } from "../stack/stack.ts";
import type { Context } from "./context.ts";
import type { Site } from "./site.ts";

export interface FetchRequest {
  readonly path: string;
  /** A balancer's own address; default: the virtual IP. */
  readonly address?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A whole answer, with what it was sent over. */
export interface Fetched {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** SHA-256 of the certificate that was shown. */
  readonly fingerprint: string;
  /** Name of the host that answered, as the balancer tells it. */
  readonly servedBy: string | undefined;
}

const TIMEOUT_MS = 5_000;

/** Asks the site as a client that trusts the stack's CA only; throws where no whole answer comes. */
export function fetchFrom(site: Site, { path, address = site.address, headers = {}, signal }: FetchRequest) {
  const { promise, resolve, reject } = Promise.withResolvers<Fetched>();
  const sent = request({
    host: address,
    port: site.ports.https,
    servername: site.domain,
    ca: site.ca,
    path,
    agent: false,
    headers: { host: site.domain, "x-quintet-trace": "1", ...headers },
    ...(signal === undefined ? {} : { signal }),
  });
  const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  sent.on("error", reject);
  sent.on("response", (response) => {
    const fingerprint = (response.socket as TLSSocket).getPeerCertificate().fingerprint256;
    const chunks: Buffer[] = [];
    response.on("error", reject);
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => {
      const servedBy = response.headers["x-served-by"];
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks),
        fingerprint,
        servedBy: typeof servedBy === "string" ? servedBy : undefined,
      });
    });
  });
  sent.end();
  return promise.finally(() => clearTimeout(timer));
}

/**
 * Asks until each of these hosts has answered, 20 times a server of their tier at most; what each said last. As many
 * requests at once as there are servers: one by one, two checks at a time could meet the same server each time.
 */
export async function fetchFromEach(
  { site, stack, signal }: Pick<Context, "site" | "stack" | "signal">,
  tier: Tier,
  wanted: readonly string[],
  asked: FetchRequest,
): Promise<Map<string, Fetched>> {
  const found = new Map<string, Fetched>();
  const servers = hostsOf(stack, tier);
  for (let round = 0; round < 20 && wanted.some((name) => !found.has(name)); round++) {
    const answers = await Promise.all(servers.map(() => fetchFrom(site, { ...asked, signal })));
    for (const answer of answers) found.set(answer.servedBy ?? "", answer);
  }
  return found;
}
