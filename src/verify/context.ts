import type { Sessions } from "../remote/sessions.ts";
import type { IsolationReport } from "../report/schema.ts";
import type { Tier } from "../stack/schema.ts";
import type { Host, Stack } from "../stack/stack.ts";
import type { Clock } from "./clock.ts";
import type { HostLook } from "./look/look.ts";
import type { Answer, Site, SiteRequest } from "./site.ts";
import type { Trail } from "./trail/trail.ts";

/** What a check or drill works with. */
export interface Context {
  readonly stack: Stack;
  /** The hosts that this run is about: all of the stack, or those that --limit means. */
  readonly hosts: readonly Host[];
  readonly site: Site;
  readonly sessions: Sessions;
  readonly ask: (request: SiteRequest) => Promise<Answer>;
  /** Which ports are open from where; tried once, for all the checks that want to know. */
  readonly flows: () => Promise<readonly IsolationReport[]>;
  /** What one look at a host as root gives; each host is looked at once, for all the checks that want to know. */
  readonly look: (host: string) => Promise<HostLook>;
  /** Requests that were marked, and the lines that the hosts logged of them; sent once. */
  readonly trails: () => Promise<readonly Trail[]>;
  /** Something that is no failure yet, and will be. */
  readonly warn: (message: string) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a check found on one host. */
export interface Finding {
  /** A host's name, or VIRTUAL_IP. */
  readonly host: string;
  readonly status: "passed" | "failed" | "skipped";
  readonly expected: string;
  readonly actual: string;
  /** Where they differ from the check's own. */
  readonly id?: string;
  readonly title?: string;
  readonly tier?: Tier;
  /** What mends it. */
  readonly fix?: string;
  /** It passed, but will not for ever: a sentence. */
  readonly warning?: string;
}

/** One smoke check. It runs once; whatever it throws makes it a failed check. */
export interface Check {
  readonly id: string;
  readonly tier: Tier;
  readonly title: string;
  /** What mends it where it failed: a command or a setting. */
  readonly fix: string;
  /** The ids of its findings, where they are not its own. */
  readonly parts?: readonly string[];
  /** Tiers of whose hosts it has something to say, besides its own. */
  readonly alsoOf?: readonly Tier[];
  /** It has something to say of hosts of all tiers, not only of its own. */
  readonly ofEveryTier?: boolean;
  run(context: Context): Promise<Finding[]>;
}

/** Stands for a host where a finding is of no host but of the balancers together. */
export const VIRTUAL_IP = "virtual IP";

export function finding(host: string, passed: boolean, expected: string, actual: string): Finding {
  return { host, status: passed ? "passed" : "failed", expected, actual };
}
