import type { Stack } from "./stack.ts";

/**
 * Every time that decides how long a failure is felt, in milliseconds: the templates write them into the configurations,
 * and the drills predict from them.
 */
export interface Timers {
  /**
   * VRRP. A backup takes over after 3 adverts that did not come and its skew, (256 - priority) / 256 of one (RFC 9568,
   * 6.1); after its skew alone where the holder says goodbye.
   */
  readonly advert: number;
  /** Of the balancers, in their order. Nobody is pre-empted, so high ones cost nothing and keep the skew short. */
  readonly priorities: readonly number[];
  /**
   * keepalived's look at HAProxy, for one that hangs: systemd tells it at once of one that died. A script of Debian
   * 12's keepalived (2.2) runs once a whole number of seconds; `timeout` is how long HAProxy may take for its answer,
   * `peerTimeout` how long the other balancer's may, which is asked only then.
   */
  readonly haproxyCheck: { readonly interval: number; readonly timeout: number; readonly peerTimeout: number };
  /** HAProxy's look at its servers: once a check fails, the next come faster. */
  readonly serverCheck: {
    readonly interval: number;
    readonly fastInterval: number;
    readonly downInterval: number;
    readonly timeout: number;
    readonly fall: number;
    readonly rise: number;
  };
  /** A machine without power says nothing at all: after this long HAProxy takes another server, for any request. */
  readonly connect: number;
  /**
   * How long HAProxy waits for an answer. To a request that changes nothing it then asks another server: static files
   * come at once, pages as soon as stack.yml says. `unsafe` is for all others, which nobody may send again.
   */
  readonly response: { readonly web: number; readonly app: number; readonly unsafe: number };
  /** systemd's pause before it starts a service again that has died. */
  readonly restart: {
    readonly haproxy: number;
    readonly keepalived: number;
    readonly web: number;
    readonly app: number;
    readonly database: number;
  };
  /**
   * Before a planned hand-over, the holder lets nobody new in for this long: what it is answering is answered, and
   * whoever knocks meanwhile is let in by the other balancer (a client's kernel knocks again after 1 s).
   */
  readonly handover: number;
  /** After that nobody at all, for as long as the answers take that are on their way: what comes now could not be answered. */
  readonly standstill: number;
}

export function timersOf(stack: Pick<Stack, "virtualIp" | "app">): Timers {
  return {
    advert: stack.virtualIp.advertMs,
    priorities: [250, 240],
    haproxyCheck: { interval: 1_000, timeout: 600, peerTimeout: 200 },
    serverCheck: { interval: 1_000, fastInterval: 300, downInterval: 500, timeout: 1_000, fall: 2, rise: 2 },
    connect: 300,
    response: { web: 2_000, app: stack.app.response_timeout_ms, unsafe: 30_000 },
    restart: { haproxy: 100, keepalived: 100, web: 200, app: 200, database: 1_000 },
    handover: 100,
    standstill: 30,
  };
}
