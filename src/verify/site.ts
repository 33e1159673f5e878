import { type Agent, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

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
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  /** Name of the host that answered, as the balancer tells it. */
  readonly servedBy: string | undefined;
  readonly balancer: string | undefined;
}

/** Asks the site through its address, as a client that trusts the stack's CA only; throws where no whole answer comes. */
export function ask(site: Site, request: SiteRequest): Promise<Answer> {
  const { path, method = "GET", scheme = "https", timeoutMs = 5_000 } = request;
  return new Promise((resolve, reject) => {
    const shared = {
      host: site.address,
      path,
      method,
      headers: { host: site.domain, "x-quintet-trace": "1", ...(method === "PUT" ? { "content-length": 0 } : {}) },
      agent: request.agent ?? (false as const),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    };
    const sent =
      scheme === "http"
        ? requestHttp({ ...shared, port: site.ports.http })
        : requestHttps({ ...shared, port: site.ports.https, servername: site.domain, ca: site.ca });
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    sent.on("error", fail);
    sent.on("response", (response) => {
      const header = (name: string) => {
        const value = response.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      response.on("error", fail);
      response.on("end", () => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          location: header("location"),
          servedBy: header("x-served-by"),
          balancer: header("x-balancer"),
        });
      });
      response.resume();
    });
    sent.end();
  });
}
