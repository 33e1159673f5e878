import type { Tier } from "../../stack/schema.ts";
import { hostsOf, type Stack } from "../../stack/stack.ts";

/** Which host is which, when a drill begins. */
export interface Situation {
  readonly stack: Stack;
  /** The balancer that holds the virtual IP. */
  readonly holder: string;
}

/** Which hosts a drill breaks. */
export interface Target {
  /** In words, where it is not known yet who holds the virtual IP. */
  describe(stack: Stack): string;
  choose(situation: Situation): readonly string[];
  /** Every host that it may choose. */
  possible(stack: Stack): readonly string[];
}

const TIER_NAMES: Record<Tier, string> = {
  loadbalancer: "balancer",
  web: "web server",
  app: "app server",
  database: "database",
};

export const theHolder: Target = {
  describe: (stack) => `the balancer that holds the virtual IP (${names(stack, "loadbalancer").join(" or ")})`,
  choose: ({ holder }) => [holder],
  possible: (stack) => names(stack, "loadbalancer"),
};

/** One that does not hold the virtual IP, where there is one: its loss is to show what that tier does, and not a failover. */
export function oneOf(tier: Tier): Target {
  const first = (all: readonly string[], holder: string) => all.find((name) => name !== holder) ?? all[0];
  const choose: Target["choose"] = ({ stack, holder }) =>
    [first(names(stack, tier), holder)].filter((name) => name !== undefined);
  const possible = (stack: Stack) => [
    ...new Set(names(stack, "loadbalancer").flatMap((holder) => choose({ stack, holder }))),
  ];
  return { describe: (stack) => `the ${TIER_NAMES[tier]} ${possible(stack).join(" or ")}`, choose, possible };
}

export function allOf(tier: Tier): Target {
  return {
    describe: (stack) => `every ${TIER_NAMES[tier]} (${names(stack, tier).join(", ")})`,
    choose: ({ stack }) => names(stack, tier),
    possible: (stack) => names(stack, tier),
  };
}

export const everyHost: Target = {
  describe: (stack) => `every host (${stack.hosts.map(({ name }) => name).join(", ")})`,
  choose: ({ stack }) => stack.hosts.map(({ name }) => name),
  possible: (stack) => stack.hosts.map(({ name }) => name),
};

function names(stack: Stack, tier: Tier): string[] {
  return hostsOf(stack, tier).map((host) => host.name);
}
