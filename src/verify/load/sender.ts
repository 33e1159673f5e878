import { Agent } from "node:https";
import { type Answer, ask, type Site, StaleConnection, trustOf } from "../site.ts";
import { makeHttp2Client, Refused } from "./http2.ts";
import type { Slot } from "./mix.ts";
import type { Send, Sent } from "./open-loop.ts";

/**
 * People leave after some ten seconds; what took longer has failed for them. With the response timeouts that a stack has
 * by itself, HAProxy gives up on a server and asks another well within that, so a request that it saves is slow here, not
 * failed; whoever sets a timeout beyond people's patience sees them leave. The time is for all of it. There is no
 * shorter one for connecting: while nobody has the virtual IP, the kernel sends its SYN again after 1 s, 2 s, 3 s (older
 * ones: 1 s, 3 s, 7 s), just as below a browser, and the first one to arrive connects.
 */
export const PATIENCE_MS = 12_000;

export interface Sender {
  readonly send: Send;
  close(): void;
}

/**
 * Sends what the load is made of, as browsers do. A failed request has failed: it is not sent again, with one exception,
 * which browsers make too (RFC 9110, 9.2.2). A kept connection may have been closed by the other side at any time, and
 * only the next request finds out. A read is then sent again on another connection, and its time goes on; the record says so. It
 * is no excuse for a new connection that breaks, for an answer that breaks off, nor for a write, which the application
 * may have stored already.
 */
export function makeSender(site: Site, patienceMs = PATIENCE_MS): Sender {
  // Now, not in the first request's time.
  trustOf(site);
  const kept = new Agent({ keepAlive: true });
  const http2 = makeHttp2Client(site);

  const attempt = (slot: Slot, id: string | undefined, timeoutMs: number): Promise<Answer> => {
    const path = id === undefined ? slot.path : `${slot.path}/${id}`;
    const request = { path, method: id === undefined ? "GET" : "PUT", timeoutMs } as const;
    if (slot.connection === "http2") return http2.ask(request);
    return ask(site, slot.connection === "kept" ? { ...request, agent: kept } : request);
  };

  const send = async (slot: Slot, id: string | undefined): Promise<Sent> => {
    const end = performance.now() + patienceMs;
    // It ends: each connection that was kept can be found closed once only.
    for (let resent = false; ; resent = true) {
      try {
        return { answer: await attempt(slot, id, Math.max(1, end - performance.now())), resent };
      } catch (error) {
        const again = error instanceof Refused || (error instanceof StaleConnection && slot.kind !== "write");
        if (!again || performance.now() >= end) throw error;
      }
    }
  };
  return {
    send,
    close() {
      kept.destroy();
      http2.close();
    },
  };
}
