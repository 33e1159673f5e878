import type { Sessions } from "../remote/sessions.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import { callTool } from "./tool.ts";

/** A release as a host knows it. */
export interface KnownRelease {
  /** A number, counted up over the life of a stack. */
  readonly release: string;
  readonly artifact: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly by: string | null;
  readonly revision: string | null;
  /** Such as node-24.21.0, where the application brings its own. */
  readonly runtime?: string | null;
  readonly state: "new" | "good" | "failed";
  /** Whether its artifact is there as a whole. */
  readonly complete: boolean;
}

interface AppHost {
  readonly host: string;
  readonly current: string | null;
  readonly healthy: boolean;
  /** Newest first. */
  readonly releases: readonly KnownRelease[];
  readonly artifacts: readonly string[];
  readonly runtimes: readonly string[];
  /** As `uname -m` says it. */
  readonly machine: string;
}

interface WebHost {
  readonly host: string;
  /** An artifact. */
  readonly current: string | null;
  readonly previous: string | null;
  readonly artifacts: readonly string[];
}

export interface Situation {
  readonly app: readonly AppHost[];
  readonly web: readonly WebHost[];
}

/** What each host of the two tiers runs and has. */
export async function lookAtReleases(stack: Stack, sessions: Sessions): Promise<Situation> {
  const look = <Found>(tier: "app" | "web") =>
    Promise.all(
      hostsOf(stack, tier).map(async ({ name }) => ({
        ...(await callTool<Found>(await sessions.to(name), [tier, "look"], { timeoutMs: 60_000 })),
        host: name,
      })),
    );
  const [app, web] = await Promise.all([look<AppHost>("app"), look<WebHost>("web")]);
  return { app, web };
}

/** The number of the next release. */
export function nextRelease({ app }: Situation): string {
  return String(Math.max(0, ...app.flatMap(({ releases }) => releases.map(({ release }) => Number(release)))) + 1);
}

/** The release that every app host runs; undefined where they differ or one has none. */
export function commonRelease({ app }: Situation): KnownRelease | undefined {
  const [first, ...others] = app;
  if (first === undefined || others.some(({ current }) => current !== first.current)) return undefined;
  return first.releases.find(({ release }) => release === first.current);
}

/** What a release was last known to be, by whichever hosts: failed anywhere is failed. */
export function stateOf({ app }: Situation, release: string): KnownRelease["state"] {
  const states = app
    .flatMap(({ releases }) => releases.filter((one) => one.release === release))
    .map(({ state }) => state);
  if (states.includes("failed")) return "failed";
  return states.includes("new") ? "new" : "good";
}

/** Releases that were good and are whole on every app host, newest first. */
export function goodReleases(situation: Situation): KnownRelease[] {
  const [first, ...others] = situation.app;
  return (first?.releases ?? []).filter(
    ({ release, complete }) =>
      complete &&
      stateOf(situation, release) === "good" &&
      others.every(({ releases }) => releases.some((one) => one.release === release && one.complete)),
  );
}
