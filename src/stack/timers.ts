import type { Stack } from "./stack.ts";

/**
 * Every time that decides how long a failure is felt, in milliseconds: the templates write them into the configurations,
 * and the drills predict from them.
 */
export interface Timers {
  /** VRRP. A backup takes over after 3 adverts and its skew, (256 - priority) / 256 of one (RFC 5798, 6.1). */
  readonly advert: number;
  readonly priorities: readonly number[];
  /** keepalived's look at HAProxy. */
  readonly haproxyCheck: { readonly interval: number; readonly timeout: number };
  /** HAProxy's look at its servers: once a check fails, the next come faster. */
  readonly serverCheck: {
    readonly interval: number;
    readonly fastInterval: number;
    readonly timeout: number;
    readonly fall: number;
    readonly rise: number;
  };
  readonly connect: number;
  /** How long HAProxy waits for an answer before it asks another server, where the request may be sent again. */
  readonly response: { readonly web: number; readonly app: number };
  /** systemd's pause before it starts a service again that has died. */
  readonly restart: { readonly haproxy: number; readonly app: number };
}

export function timersOf(stack: Pick<Stack, "virtualIp">): Timers {
  return {
    advert: stack.virtualIp.advertMs,
    priorities: [150, 100],
    haproxyCheck: { interval: 1_000, timeout: 1_000 },
    serverCheck: { interval: 1_000, fastInterval: 300, timeout: 1_000, fall: 2, rise: 2 },
    connect: 1_000,
    response: { web: 30_000, app: 30_000 },
    restart: { haproxy: 100, app: 200 },
  };
}
