import type { Host, Stack } from "../../stack/stack.ts";
import type { Context, Finding } from "../context.ts";
import type { HostLook } from "../look/look.ts";
import type { Questions } from "../look/questions.ts";

/** What a look says of one host: a finding but for the host's name and tier. */
export type Judged = Omit<Finding, "host">;

/** A finding a host, out of the look at it. `section`: what it is about; one that failed on the host fails the check. */
export function judgeLooks(
  context: Context,
  hosts: readonly Host[],
  section: keyof Questions | undefined,
  expected: string,
  judge: (look: HostLook, host: Host) => Judged,
): Promise<Finding[]> {
  return Promise.all(
    hosts.map(async (host): Promise<Finding> => {
      const about = { host: host.name, ...tierOf(context.stack, host.name) };
      try {
        const look = await context.look(host.name);
        const error = section === undefined ? undefined : look.errors[section];
        if (error !== undefined) throw new Error(error);
        return { ...about, ...judge(look, host) };
      } catch (error) {
        context.signal.throwIfAborted();
        return { ...about, status: "failed", expected, actual: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

export function judged(passed: boolean, expected: string, actual: string): Judged {
  return { status: passed ? "passed" : "failed", expected, actual };
}

/** The first tier of a host: where a finding about the host as a whole is shown. */
function tierOf(stack: Stack, name: string): Pick<Finding, "tier"> {
  const tier = stack.hosts.find((host) => host.name === name)?.tiers[0];
  return tier === undefined ? {} : { tier };
}
