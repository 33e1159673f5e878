import type { Session } from "../../remote/session.ts";
import { asExpected, type IsolationReport } from "../../report/schema.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import { VIRTUAL_IP } from "../context.ts";
import { probesAbout } from "./expected.ts";
import { liveFilter } from "./live-filter.ts";
import { missingRule } from "./missing-rule.ts";
import { type Outcome, type Probe, THIS_COMPUTER, type Tried } from "./probe.ts";
import { type Surface, type Surfaces, surfaceHere, surfaceOf } from "./surface.ts";
import { tryFromHere, tryFromHost } from "./try.ts";
import { sourcesOf } from "./ways.ts";

export interface IsolationWorld {
  readonly stack: Stack;
  /** The hosts that it is about; only these are logged in to. */
  readonly hosts: readonly Host[];
  readonly sessions: { to(host: string): Promise<Session> };
  readonly signal: AbortSignal;
}

/**
 * Who reaches what: every port from every host and from this computer, all at once, one command a host. What is not as
 * it should be comes with the rule that is missing or too wide. A host that cannot be asked throws.
 */
export async function tryIsolation(world: IsolationWorld): Promise<IsolationReport[]> {
  const { stack, hosts, sessions, signal } = world;
  const seen = await Promise.all(
    hosts.map(async ({ name }): Promise<[string, Surface]> => [name, await surfaceOf(await sessions.to(name), signal)]),
  );
  const surfaces: Surfaces = new Map([...seen, [THIS_COMPUTER, surfaceHere()]]);
  const first = await tryAll(probesAbout(hosts, stack, surfaces), world);
  // Three packets can get lost on a busy machine. What was open once is open: there is nothing to try again.
  const shut = first.filter((one) => one.expected === "open" && one.actual !== "open");
  const again = new Map((await tryAll(shut, world)).map((one, index) => [shut[index], one]));
  return nameRules(
    first.map((one) => again.get(one) ?? one),
    surfaces,
    world,
  );
}

async function tryAll(probes: readonly Probe[], { sessions, signal }: IsolationWorld): Promise<Tried[]> {
  const actual = new Map<Probe, Outcome>();
  await Promise.all(
    [...new Set(probes.map((probe) => probe.from))].map(async (source) => {
      const own = probes.filter((probe) => probe.from === source);
      const outcomes =
        source === THIS_COMPUTER ? await tryFromHere(own) : await tryFromHost(await sessions.to(source), own, signal);
      own.forEach((probe, index) => {
        const outcome = outcomes[index];
        if (outcome !== undefined) actual.set(probe, outcome);
      });
    }),
  );
  return probes.map((probe) => {
    const outcome = actual.get(probe);
    if (outcome === undefined)
      throw new Error(`nothing came back of port ${probe.port} of ${probe.to} from ${probe.from}`);
    return { ...probe, actual: outcome };
  });
}

/** Looks at the packet filters of those hosts where something is not as it should be. */
async function nameRules(
  all: readonly Tried[],
  surfaces: Surfaces,
  { stack, hosts, sessions, signal }: IsolationWorld,
): Promise<IsolationReport[]> {
  const targetOf = (one: Tried) =>
    one.to === VIRTUAL_IP
      ? hosts.find(({ name }) => surfaces.get(name)?.addresses.some(({ address }) => address === one.address))
      : hosts.find(({ name }) => name === one.to);
  const faulty = new Set(all.flatMap((one) => (asExpected(one) ? [] : (targetOf(one) ?? []))));
  const filters = new Map(
    await Promise.all(
      [...faulty].map(async (host) => {
        const filter = liveFilter(await sessions.to(host.name), signal);
        return [host, await filter.catch((error: Error) => error)] as const;
      }),
    ),
  );
  signal.throwIfAborted();
  return all.map(({ via, ...one }) => {
    if (asExpected(one)) return one;
    const host = targetOf(one);
    if (host === undefined) {
      const what = one.to === VIRTUAL_IP ? "no balancer was seen to hold it" : "--limit leaves it out";
      return { ...one, rule: `${one.to}: its packet filter was not looked at: ${what}` };
    }
    const filter = filters.get(host);
    if (filter === undefined || filter instanceof Error) {
      return { ...one, rule: `${host.name}: its packet filter could not be seen: ${filter?.message ?? "no answer"}` };
    }
    const way = { address: one.address, ...(via === undefined ? {} : { via }) };
    return { ...one, rule: missingRule(stack, one, host, sourcesOf(stack, one.from, way, surfaces), filter) };
  });
}
