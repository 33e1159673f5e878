import { setTimeout as sleep } from "node:timers/promises";
import { askHaproxy, HAPROXY_SOCKET } from "../remote/haproxy-socket.ts";
import type { Session } from "../remote/session.ts";
import type { Sessions } from "../remote/sessions.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import { type PoolServer, parseStat } from "../verify/haproxy.ts";

const POLL_MS = 100;

/** The app pool as both balancers have it. One that is lost is left out from then on: the other carries the site. */
export interface Balancers {
  /**
   * No new request goes to the server any more; those that run may end, `withinMs` at most. Returns how many did not.
   * Before that, each balancer is told to take the server back by itself after `returnMs`, should nobody else do so.
   */
  drain(server: string, withinMs: number, returnMs: number): Promise<number>;
  /** Requests go to the server again. Waits until every balancer finds it healthy; false where one does not in time. */
  ready(server: string, withinMs: number): Promise<boolean>;
  /** Other servers of the pool that answer, by the balancer that knows the fewest. */
  othersUp(server: string): Promise<number>;
}

export function balancersOf(
  stack: Stack,
  sessions: Sessions,
  lost: (balancer: string, why: string) => void,
): Balancers {
  const gone = new Set<string>();
  /** What the balancers that are left say. */
  const each = async <Answer>(ask: (session: Session) => Promise<Answer>): Promise<Answer[]> => {
    const found = await Promise.all(
      hostsOf(stack, "loadbalancer")
        .filter(({ name }) => !gone.has(name))
        .map(async ({ name }) => {
          try {
            return [await ask(await sessions.to(name))];
          } catch (error) {
            if (!gone.has(name)) lost(name, error instanceof Error ? error.message : String(error));
            gone.add(name);
            return [];
          }
        }),
    );
    return found.flat();
  };
  const pool = async (session: Session): Promise<PoolServer[]> =>
    parseStat(await askHaproxy(session, "show stat")).filter(({ backend }) => backend === "app");
  const serverOf = async (session: Session, name: string) =>
    (await pool(session)).find(({ server }) => server === name);
  const unit = (server: string) => `quintet-ready-${server}`;

  return {
    async drain(server, withinMs, returnMs) {
      await each(async (session) => {
        await disarm(session, unit(server));
        const arm = ["systemd-run", "--quiet", "--collect", `--unit=${unit(server)}`, `--on-active=${returnMs}ms`];
        const give = ["/usr/bin/python3", "-c", HAPROXY_SOCKET, "set", "server", `app/${server}`, "state", "ready"];
        const armed = await session.run([...arm, "--timer-property=AccuracySec=1s", ...give], {
          sudo: true,
          timeoutMs: 10_000,
        });
        if (armed.exitCode !== 0) throw new Error(armed.stderr.trim());
        await askHaproxy(session, `set server app/${server} state drain`);
      });
      const end = performance.now() + withinMs;
      for (;;) {
        const running = await each(async (session) => (await serverOf(session, server))?.sessions ?? 0);
        const sum = running.reduce((all, one) => all + one, 0);
        if (sum === 0 || performance.now() > end) return sum;
        await sleep(POLL_MS);
      }
    },
    async ready(server, withinMs) {
      await each((session) => askHaproxy(session, `set server app/${server} state ready`));
      const end = performance.now() + withinMs;
      for (;;) {
        const up = await each(async (session) => (await serverOf(session, server))?.status.startsWith("UP") ?? false);
        if (up.every(Boolean) || performance.now() > end) {
          await each((session) => disarm(session, unit(server)));
          return up.every(Boolean);
        }
        await sleep(POLL_MS);
      }
    },
    async othersUp(server) {
      const up = await each(
        async (session) =>
          (await pool(session)).filter(
            (one) => one.status.startsWith("UP") && ![server, "FRONTEND", "BACKEND"].includes(one.server),
          ).length,
      );
      return Math.min(...up);
    },
  };
}

async function disarm(session: Session, unit: string): Promise<void> {
  await session.run(["systemctl", "stop", `${unit}.timer`], { sudo: true, timeoutMs: 10_000 });
}
