import { type Agent, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { createSecureContext, type SecureContext } from "node:tls";

/** Where the site is served and how it proves to be itself. */
export interface Site {
  /** The virtual IP. */
  readonly address: string;
  readonly domain: string;
  /** The certificate of the stack's CA, PEM. */
  readonly ca: string;
  readonly ports: { readonly http: number; readonly https: number };
}

export interface SiteRequest {
  readonly path: string;
  /** Default GET. */
  readonly method?: "GET" | "PUT";
  /** Default https. */
  readonly scheme?: "http" | "https";
  /** Keeps connections; without one, each request makes a new connection. */
  readonly agent?: Agent;
  /** For the whole of it, from the connection to the last byte. Default 5,000. */
  readonly timeoutMs?: number;
  /** Whether to give the answer's body, too. */
  readonly body?: boolean;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  /** Name of the host that answered, as the balancer tells it. */
  readonly servedBy: string | undefined;
  readonly balancer: string | undefined;
  /** How often the balancer tried again. */
  readonly retries: number;
  /** Where it was asked for: what came of it up to 64 KiB. */
  readonly body?: string;
}

/** A kept connection was closed by the other side before a byte of the answer came: maybe before it got the request. */
export class StaleConnection extends Error {
  override readonly name = "StaleConnection";
}

/** Whoever asks with this is told who answered. */
export const TRACE = { "x-quintet-trace": "1" } as const;

const MOST_BODY = 64 * 1024;

/** Asks the site through its address, as a client that trusts the stack's CA only; throws where no whole answer comes. */
export function ask(site: Site, request: SiteRequest): Promise<Answer> {
  const { path, method = "GET", scheme = "https", timeoutMs = 5_000 } = request;
  return new Promise((resolve, reject) => {
    const shared = {
      host: site.address,
      path,
      method,
      headers: { host: site.domain, ...TRACE, ...(method === "PUT" ? { "content-length": 0 } : {}) },
      agent: request.agent ?? (false as const),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    };
    // Node's types know it of a socket's options only, to which these are handed on.
    const trusting = { secureContext: trustOf(site) };
    const sent =
      scheme === "http"
        ? requestHttp({ ...shared, port: site.ports.http })
        : requestHttps({ ...shared, port: site.ports.https, servername: site.domain, ...trusting });
    let begun = false;
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(sent.reusedSocket && !begun && isClosed(error) ? new StaleConnection(error.message) : error);
    };
    sent.on("error", fail);
    sent.on("response", (response) => {
      begun = true;
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        if (request.body && length < MOST_BODY) chunks.push(chunk);
        length += chunk.length;
      });
      response.on("error", fail);
      response.on("end", () => {
        clearTimeout(timer);
        const body = Buffer.concat(chunks).subarray(0, MOST_BODY).toString("utf8");
        resolve({ ...answerOf(response.statusCode, response.headers), ...(request.body ? { body } : {}) });
      });
    });
    sent.end();
  });
}

/** What an answer's status and headers say. */
export function answerOf(status: number | undefined, headers: IncomingMessage["headers"]): Answer {
  const header = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const servedBy = header("x-served-by");
  return {
    status: status ?? 0,
    location: header("location"),
    // HAProxy's word for a request that no server was asked for, such as <NOSRV>.
    servedBy: servedBy?.startsWith("<") ? undefined : servedBy,
    balancer: header("x-balancer"),
    retries: Number(header("x-retries")) || 0,
  };
}

const trusts = new WeakMap<Site, SecureContext>();

/** Made once a site: reading the CA for every request would cost more than the request. */
export function trustOf(site: Site): SecureContext {
  const trust = trusts.get(site) ?? createSecureContext({ ca: site.ca });
  trusts.set(site, trust);
  return trust;
}

/** What Node says of a connection that was reset, or that ended without an answer. */
function isClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === "ECONNRESET" || error.code === "EPIPE";
}
