import { connect as connectHttp2, constants } from "node:http2";
import { connect as connectTls } from "node:tls";
import { type Check, type Finding, finding } from "../context.ts";
import type { Site } from "../site.ts";
import { placesOf } from "./places.ts";

/** A whole request and its answer, not only the offer of the protocol. */
export const http2: Check = {
  id: "http2",
  tier: "loadbalancer",
  title: "HTTP/2 answers",
  fix: "Run apply: haproxy.cfg offers h2. Where something else ends TLS in between, it has to offer h2 as well.",
  run: (context) =>
    Promise.all(
      placesOf(context).map(async ({ name, address }): Promise<Finding> => {
        const expected = "a whole answer below 500 over h2";
        try {
          const { status, protocol } = await ask(context.site, address, context.stack.checks.dynamic, context.signal);
          return finding(name, protocol === "h2" && status < 500, expected, `${status} over ${protocol}`);
        } catch (error) {
          context.signal.throwIfAborted();
          return finding(name, false, expected, (error as Error).message);
        }
      }),
    ),
};

const TIMEOUT_MS = 5_000;

function ask(
  site: Site,
  address: string,
  path: string,
  signal: AbortSignal,
): Promise<{ status: number; protocol: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; protocol: string }>();
  const { domain: servername, ca } = site;
  const socket = connectTls({
    host: address,
    port: site.ports.https,
    servername,
    ca,
    ALPNProtocols: ["h2", "http/1.1"],
  });
  const timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once("error", reject);
  socket.once("secureConnect", () => {
    if (socket.alpnProtocol !== "h2") return reject(new Error("h2 is not offered"));
    const session = connectHttp2(`https://${site.domain}`, { createConnection: () => socket });
    session.once("error", reject);
    const stream = session.request({
      [constants.HTTP2_HEADER_PATH]: path,
      [constants.HTTP2_HEADER_AUTHORITY]: site.domain,
    });
    let status = 0;
    stream.once("error", reject);
    stream.once("response", (headers) => {
      status = headers[":status"] ?? 0;
    });
    stream.once("close", () => {
      if (stream.readableEnded && status > 0) resolve({ status, protocol: session.alpnProtocol ?? "none" });
      else reject(new Error("the stream was closed without a whole answer"));
    });
    stream.resume();
    stream.end();
  });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  });
}
