import type { Session } from "../../remote/session.ts";
import { hostsOf, type Stack } from "../../stack/stack.ts";
import type { Clock } from "../clock.ts";
import { type HolderSample, startSampler } from "../holder-samples.ts";
import { type Pools, watchPools } from "./pool-watch.ts";

/** What the balancers are seen to do at this moment. */
export interface Sight {
  readonly stack: Stack;
  /** The hosts that are broken. */
  readonly hosts: readonly string[];
  /** The balancers that are seen to hold the virtual IP. */
  holders(): readonly string[];
  /** What a balancer says of its servers; undefined: nothing lately, or HAProxy does not answer. */
  pools(balancer: string): Pools | undefined;
}

export interface Watch extends Sight {
  /** Ends everything; every sample of all of it. Asked again, it gives the same. */
  stop(): Promise<readonly HolderSample[]>;
}

/** A balancer that has said nothing for this long is not known to do anything. Each says something every second at least. */
const SILENT_MS = 2_500;

export interface WatchWorld {
  readonly stack: Stack;
  /** A new connection to a host. */
  readonly connect: (host: string) => Promise<Session>;
  readonly clock: Clock;
  /** A balancer saw a change of a server. */
  readonly changed: (balancer: string, pools: Pools | undefined) => void;
}

/** Watches every balancer, over whatever happens to it. */
export function startWatch({ stack, connect, clock, changed }: WatchWorld, hosts: readonly string[]): Watch {
  const eyes = hostsOf(stack, "loadbalancer").map(({ name }) => {
    const world = { connect: () => connect(name), clock };
    return {
      name,
      sampler: startSampler(name, stack.virtualIp.address, world),
      pools: watchPools({ ...world, changed: (pools) => changed(name, pools) }),
    };
  });
  const isLate = (at: number) => clock.monotonic() - at > SILENT_MS;
  let samples: Promise<HolderSample[]> | undefined;
  return {
    stack,
    hosts,
    holders() {
      return eyes.flatMap(({ name, sampler }) => {
        const latest = sampler.latest();
        return latest?.holds && !isLate(latest.arrivedAt) ? [name] : [];
      });
    },
    pools(balancer) {
      const latest = eyes.find(({ name }) => name === balancer)?.pools.latest();
      return latest === undefined || isLate(latest.at) ? undefined : latest.pools;
    },
    stop() {
      samples ??= Promise.all(
        eyes.map(async ({ sampler, pools }) => {
          await pools.stop();
          return sampler.stop();
        }),
      ).then((all) => all.flat());
      return samples;
    },
  };
}

/** Why the balancers that answer do not see what they should, in words; empty: all as it should be. */
export function seenProblems(sight: Sight): string[] {
  const holders = sight.holders();
  const servers = (["web", "app"] as const).flatMap((tier) =>
    hostsOf(sight.stack, tier).map((host) => `${tier}/${host.name}`),
  );
  return [
    ...(holders.length === 1 ? [] : [`the virtual IP is held by ${holders.join(" and ") || "no balancer"}`]),
    ...hostsOf(sight.stack, "loadbalancer").flatMap(({ name }) => {
      const pools = sight.pools(name);
      if (pools === undefined) return [`HAProxy on ${name} says nothing`];
      return servers.flatMap((server) => {
        const status = pools.get(server) ?? "missing";
        return status === "UP" ? [] : [`on ${name}, ${server} is ${status}`];
      });
    }),
  ];
}

/** For a drill to wait for: another balancer holds the virtual IP. */
export function takenOver(sight: Sight): string | undefined {
  const taken = sight.holders().some((name) => !sight.hosts.includes(name));
  return taken ? undefined : "the other balancer did not take the virtual IP";
}

/** For a drill to wait for: a balancer that works sees the broken hosts as down in this pool. */
export function seenDown(tier: "web" | "app"): (sight: Sight) => string | undefined {
  return (sight) => {
    const [holder] = sight.holders();
    const pools = holder === undefined ? undefined : sight.pools(holder);
    const up = sight.hosts.filter((host) => pools?.get(`${tier}/${host}`)?.startsWith("DOWN") !== true);
    return up.length === 0 ? undefined : `no balancer saw that ${tier}/${up.join(", ")} was gone`;
  };
}
