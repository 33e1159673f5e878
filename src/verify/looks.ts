import type { Context } from "./context.ts";
import { type HostLook, lookAt } from "./look/look.ts";
import { questionsFor } from "./look/questions.ts";
import { followTrails, type Trail } from "./trail/trail.ts";

export type Around = Pick<Context, "stack" | "hosts" | "site" | "sessions" | "clock" | "signal">;

/** What several checks look at, found out when the first of them asks, and once. */
export function makeLooks(around: Around): Pick<Context, "look" | "trails"> {
  const { stack, site, sessions } = around;
  const looks = new Map<string, Promise<HostLook>>();
  const lookOnce = async (name: string) => {
    const host = stack.hosts.find((one) => one.name === name);
    if (host === undefined) throw new Error(`the stack has no host ${name}`);
    return lookAt(await sessions.to(name), questionsFor(stack, host, site.ca), around);
  };
  let trails: Promise<readonly Trail[]> | undefined;
  return {
    look(name) {
      const look = looks.get(name) ?? lookOnce(name);
      looks.set(name, look);
      return look;
    },
    trails() {
      trails ??= followTrails(around);
      return trails;
    },
  };
}
