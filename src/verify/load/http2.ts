import { type ClientHttp2Session, connect, constants } from "node:http2";
import { type Answer, answerOf, type Site, type SiteRequest, StaleConnection, TRACE, trustOf } from "../site.ts";

const { NGHTTP2_REFUSED_STREAM, NGHTTP2_NO_ERROR } = constants;

/** Asks the site over one HTTP/2 connection, as a browser does; a new one is made when that has ended, or said goodbye. */
export interface Http2Client {
  ask(request: Pick<SiteRequest, "path" | "method" | "timeoutMs">): Promise<Answer>;
  close(): void;
}

/** A server that refused a request did nothing about it (RFC 9113, 8.7), so anything may be sent again. */
export class Refused extends Error {
  override readonly name = "Refused";
}

export function makeHttp2Client(site: Site): Http2Client {
  let current: { readonly session: ClientHttp2Session; used: boolean } | undefined;
  const all = new Set<ClientHttp2Session>();

  const open = () => {
    const session = connect(`https://${site.domain}:${site.ports.https}`, {
      ...{ host: site.address, servername: site.domain, secureContext: trustOf(site) },
    });
    const opened = { session, used: false };
    const leave = () => {
      if (current === opened) current = undefined;
    };
    all.add(session);
    // Each of its requests tells of the error itself.
    session.on("error", leave);
    // The requests that the server still answers get their answers; new ones go elsewhere.
    session.on("goaway", leave);
    session.on("close", () => {
      leave();
      all.delete(session);
    });
    return opened;
  };

  return {
    ask({ path, method = "GET", timeoutMs = 5_000 }) {
      const here = current === undefined || current.session.destroyed ? open() : current;
      current = here;
      const reused = here.used;
      return new Promise((resolve, reject) => {
        let answer: Answer | undefined;
        let failure: Error | undefined;
        const headers = { ":path": path, ":method": method, ":authority": site.domain, ...TRACE };
        const stream = here.session.request(headers, { endStream: true });
        const timer = setTimeout(() => {
          // The user has left: whoever comes next does not wait for a connection that is not even made.
          if (here.session.connecting && current === here) current = undefined;
          reject(new Error(`no answer within ${timeoutMs} ms`));
          stream.destroy();
        }, timeoutMs);
        stream.on("response", (got) => {
          answer = answerOf(got[":status"], got);
        });
        stream.on("error", (error) => {
          failure ??= error;
        });
        stream.resume();
        stream.on("close", () => {
          clearTimeout(timer);
          if (failure === undefined && answer !== undefined && stream.rstCode === NGHTTP2_NO_ERROR) {
            here.used = true;
            return resolve(answer);
          }
          const message = failure?.message ?? `the answer ended with HTTP/2 error ${stream.rstCode}`;
          if (stream.rstCode === NGHTTP2_REFUSED_STREAM) return reject(new Refused(message));
          const stale = reused && answer === undefined && here.session.destroyed;
          reject(stale ? new StaleConnection(message) : (failure ?? new Error(message)));
        });
      });
    },
    close() {
      current = undefined;
      for (const session of all) session.destroy();
    },
  };
}
