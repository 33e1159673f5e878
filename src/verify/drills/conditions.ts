import type { Tier } from "../../stack/schema.ts";
import { hostsOf, type Stack } from "../../stack/stack.ts";
import type { Abilities } from "./drill.ts";

/** Why a drill does not apply; undefined: it does. */
type Condition = (stack: Stack, abilities: Abilities) => string | undefined;

export const always: Condition = () => undefined;

export const needsPower: Condition = (_, { power }) =>
  power ? undefined : "it needs a power switch, which only rehearsal machines have";

const ONE: Record<Tier, string> = {
  loadbalancer: "there is one balancer only",
  web: "there is one web server only",
  app: "there is one app server only",
  database: "there is one database only",
};

/** Somebody has to be there who goes on. */
export function needsTwo(tier: Tier): Condition {
  return (stack) => (hostsOf(stack, tier).length >= 2 ? undefined : ONE[tier]);
}

export const needsFiles: Condition = ({ checks }) =>
  checks.static === undefined ? "checks.static is not in stack.yml, so nothing is asked of the web servers" : undefined;

/** A host that is cut off takes along every host that is reached through it, and those could not be mended. */
export const noBastion: Condition = ({ hosts }) => {
  const names = new Map(
    hosts.flatMap(({ name, address, privateAddress }) => [name, address, privateAddress].map((one) => [one, name])),
  );
  for (const { name, ssh } of hosts) {
    const jump =
      ssh.bastion?.address ?? (typeof ssh.proxyJump === "object" ? ssh.proxyJump.host : ssh.route?.proxyJump);
    const bastion = names.get(jump ?? "");
    if (bastion !== undefined) return `${name} is reached through ${bastion}, which would be cut off`;
  }
  return undefined;
};

export function all(...conditions: readonly Condition[]): Condition {
  return (stack, abilities) => {
    for (const condition of conditions) {
      const why = condition(stack, abilities);
      if (why !== undefined) return why;
    }
    return undefined;
  };
}
