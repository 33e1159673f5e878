import { ARCHITECTURES, type Architecture } from "../artifact/node.ts";
import type { FirstRelease } from "../generate/locals.ts";
import { commonRelease, lookAtReleases } from "../release/look.ts";
import type { Session } from "../remote/session.ts";
import type { Sessions } from "../remote/sessions.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";

export interface Running {
  /** undefined: none of the app hosts that can be asked has any, or they differ. */
  readonly running: FirstRelease | undefined;
  readonly architectures: readonly Architecture[];
  /** Tier -> its hosts that have no release yet. */
  readonly lacking: ReadonlyMap<"app" | "web", readonly string[]>;
}

/** What the hosts run, and the processors of the app hosts, as far as they can be asked; changes nothing. */
export async function lookForRelease(stack: Stack, sessions: Sessions): Promise<Running> {
  const [app, web] = await Promise.all([askAll(stack, "app", sessions), askAll(stack, "web", sessions)]);
  const architectures = [...new Set(app.map(({ machine }) => machine))];
  const lacking = new Map(
    Object.entries({ app, web })
      .map(
        ([tier, asked]) =>
          [tier as "app" | "web", asked.filter((one) => !one.releases).map(({ name }) => name)] as const,
      )
      .filter(([, names]) => names.length > 0),
  );
  const hosts = app.filter(({ releases }) => releases).map(({ name }) => name);
  if (hosts.length === 0) return { running: undefined, architectures, lacking };
  const some = stack.hosts.filter(({ name }) => hosts.includes(name));
  const apps = { ...stack, hosts: some.map((host) => ({ ...host, tiers: ["app" as const] })) };
  const known = commonRelease(await lookAtReleases(apps, sessions));
  if (known === undefined) return { running: undefined, architectures, lacking };
  const { release, artifact, revision, runtime } = known;
  const running = {
    release,
    artifact,
    ...(revision === null ? {} : { revision }),
    ...(runtime === null || runtime === undefined ? {} : { runtime }),
  };
  return { running, architectures, lacking };
}

async function askAll(stack: Stack, tier: "app" | "web", sessions: Sessions) {
  const asked = await Promise.all(
    hostsOf(stack, tier).map(async ({ name }) => {
      try {
        return [await ask(tier, await sessions.to(name))];
      } catch {
        return []; // the check of the hosts, or Ansible, says what is wrong with it
      }
    }),
  );
  return asked.flat();
}

async function ask(tier: "app" | "web", session: Session) {
  const script = 'uname -m; test -e "/srv/$1/current" && test -x /usr/local/sbin/stack-release && echo releases';
  const { stdout } = await session.run(["sh", "-c", script, "sh", tier], { timeoutMs: 8_000 });
  const [machine = "", releases] = stdout.split("\n");
  const architecture = ARCHITECTURES[machine as keyof typeof ARCHITECTURES] ?? "x64";
  return { name: session.host.name, machine: architecture, releases: releases === "releases" };
}
