import { ARCHITECTURES, type Architecture } from "../artifact/node.ts";
import type { FirstRelease } from "../generate/locals.ts";
import { commonRelease, lookAtReleases } from "../release/look.ts";
import type { Session } from "../remote/session.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";
import { withSessions } from "./release-sessions.ts";

export interface Running {
  /** undefined: none of the app hosts that can be asked has any, or they differ. */
  readonly running: FirstRelease | undefined;
  readonly architectures: readonly Architecture[];
}

/** What the app hosts run, and their processors, as far as they can be asked; changes nothing. */
export async function lookForRelease(stack: Stack, context: CommandContext): Promise<Running> {
  return withSessions(stack, context, async (sessions) => {
    const asked = await Promise.all(
      hostsOf(stack, "app").map(async (host) => {
        try {
          return [await ask(await sessions.to(host.name))];
        } catch {
          return []; // the check of the hosts, or Ansible, says what is wrong with it
        }
      }),
    );
    const found = asked.flat();
    const hosts = found.filter(({ releases }) => releases).map(({ name }) => name);
    const architectures = [...new Set(found.map(({ machine }) => machine))];
    if (hosts.length === 0) return { running: undefined, architectures };
    const some = { ...stack, hosts: stack.hosts.filter(({ name }) => hosts.includes(name)) };
    const apps = { ...some, hosts: some.hosts.map((host) => ({ ...host, tiers: ["app" as const] })) };
    const known = commonRelease(await lookAtReleases(apps, sessions));
    if (known === undefined) return { running: undefined, architectures };
    const { release, artifact, revision, runtime } = known;
    const running = {
      release,
      artifact,
      ...(revision === null ? {} : { revision }),
      ...(runtime === null || runtime === undefined ? {} : { runtime }),
    };
    return { running, architectures };
  });
}

async function ask(session: Session) {
  const script = "uname -m; test -e /srv/app/current && test -x /usr/local/sbin/stack-release && echo releases";
  const { stdout } = await session.run(["sh", "-c", script], { timeoutMs: 8_000 });
  const [machine = "", releases] = stdout.split("\n");
  const architecture = ARCHITECTURES[machine as keyof typeof ARCHITECTURES] ?? "x64";
  return { name: session.host.name, machine: architecture, releases: releases === "releases" };
}
