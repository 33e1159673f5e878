import { HAPROXY_SOCKET } from "../remote/haproxy-socket.ts";
import type { Session } from "../remote/session.ts";
import type { Sessions } from "../remote/sessions.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import { poolServers } from "../verify/haproxy.ts";
import { POOL_SCRIPT } from "./pool-script.ts";

/** For the script itself, besides what it waits for. */
const OVERHEAD_MS = 15_000;

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

  return {
    async drain(server, withinMs, returnMs) {
      const giveBack = ["/usr/bin/python3", "-c", HAPROXY_SOCKET, "set", "server", `app/${server}`, "state", "ready"];
      const words = ["drain", server, String(withinMs), String(returnMs), ...giveBack];
      const running = await each((session) => runScript(session, words, withinMs));
      return running.reduce((sum, sessions) => sum + Number(sessions), 0);
    },
    async ready(server, withinMs) {
      const answers = await each((session) => runScript(session, ["ready", server, String(withinMs)], withinMs));
      return answers.every((answer) => answer === "up");
    },
    async othersUp(server) {
      const isOther = (one: { backend: string; server: string; status: string }) =>
        one.backend === "app" && one.server !== server && one.status.startsWith("UP");
      const up = await each(async (session) => (await poolServers(session)).filter(isOther).length);
      return Math.min(...up);
    },
  };
}

async function runScript(session: Session, words: readonly string[], withinMs: number): Promise<string> {
  const { exitCode, stdout, stderr } = await session.run(["/usr/bin/python3", "-c", POOL_SCRIPT, ...words], {
    sudo: true,
    timeoutMs: withinMs + OVERHEAD_MS,
  });
  if (exitCode !== 0) throw new Error(stderr.trim().split("\n").at(-1) ?? `exit code ${exitCode}`);
  return stdout.trim();
}
