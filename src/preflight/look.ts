import { QuintetError } from "../errors.ts";
import { LOCK_DIRECTORY } from "../lock/script.ts";
import type { Connect } from "../remote/connect.ts";
import type { Session } from "../remote/session.ts";
import { type Host, hostsOf, type Stack } from "../stack/stack.ts";
import { vrrpInterface } from "./addresses.ts";
import { type Agent, startAgent } from "./agent.ts";
import type { Answers, Questions } from "./asked.ts";
import { type Clock, measureClock } from "./clock.ts";
import { type CheckedFacts, checkedFacts } from "./facts.ts";
import { type Finding, fault } from "./finding.ts";
import { connectKey, listenKey, neededFlows } from "./flows.ts";
import { neededPorts } from "./ports.ts";
import { isAtLeast, NEEDED_PYTHON } from "./system.ts";
import { isHeld } from "./virtual-ip.ts";
import { VRRP_SECONDS } from "./vrrp.ts";

/** What the roles of a host bring. */
export interface HostNeeds {
  readonly packages: readonly string[];
  /** The systemd units that they run. */
  readonly units: readonly string[];
}

/** All that was found out about a host; what is undefined could not be. */
export interface Looked {
  readonly host: Host;
  readonly needs: HostNeeds;
  readonly facts?: CheckedFacts;
  readonly clock?: Clock;
  readonly answers?: Answers;
  /** Why we could not connect, become root or get an answer. */
  readonly trouble?: Finding;
}

export interface LookWorld {
  readonly connect: Connect;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** What is being done on a host. */
  readonly onProgress: (host: Host, doing: string) => void;
  /** The run that this one has the locks of the hosts as. */
  readonly lockedAs?: string;
}

/** Shorter than usual: a host that is off is not to hold up what is said of the others. */
export const CONNECT_MS = 6_000;

interface Open {
  readonly session?: Session;
  readonly looked: Looked;
}

/** Looks at every host at once over one connection each: first what any user sees, then what takes root. */
export async function lookAtHosts(
  stack: Stack,
  hosts: readonly Host[],
  needsOf: (host: Host) => HostNeeds,
  world: LookWorld,
): Promise<Looked[]> {
  const sessions: Session[] = [];
  try {
    const open = await settled(
      hosts.map((host) => firstLook(stack, host, needsOf(host), world, (session) => sessions.push(session))),
    );
    world.signal.throwIfAborted();
    return await secondLook(stack, hosts, open, world);
  } finally {
    for (const session of sessions) session.close();
  }
}

/** All of them, or the first failure once none of them opens connections any more. */
async function settled<Result>(work: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** `session` is in the result where there is a Python to run as root. */
async function firstLook(
  stack: Stack,
  host: Host,
  needs: HostNeeds,
  { connect, now, signal, onProgress }: LookWorld,
  opened: (session: Session) => void,
): Promise<Open> {
  onProgress(host, `connecting to ${host.address}`);
  let looked: Looked = { host, needs };
  let session: Session | undefined;
  const trouble = await troubled(host, async () => {
    session = await connect(stack, host, { signal, timeoutMs: CONNECT_MS });
    opened(session);
    onProgress(host, "looking around");
    const clock = await measureClock(session, now, signal);
    const facts = await checkedFacts(session, needs.packages, signal);
    looked = { ...looked, facts, ...(clock === undefined ? {} : { clock }) };
    // The only way to know whether a password is right.
    if (facts.sudo === "password") await session.run(["true"], { sudo: true, timeoutMs: 10_000, signal });
  });
  const { facts } = looked;
  const runs = facts?.python !== undefined && isAtLeast(facts.python, NEEDED_PYTHON) && facts.sudo !== "none";
  const able = runs && trouble.trouble === undefined && session !== undefined;
  return { looked: { ...looked, ...trouble }, ...(able && session !== undefined ? { session } : {}) };
}

/** As root, on all hosts that can be asked: each opens its ports, then each tries those of the others. */
async function secondLook(
  stack: Stack,
  hosts: readonly Host[],
  open: readonly Open[],
  { signal, onProgress, lockedAs }: LookWorld,
): Promise<Looked[]> {
  const able = open.filter(({ session }) => session !== undefined).map(({ looked }) => looked);
  const agents = open.map(({ session, looked }) => {
    if (session === undefined) return undefined;
    onProgress(looked.host, "looking at ports, filters and the network");
    return startAgent(session, questionsFor(stack, looked, able, hosts, lockedAs));
  });
  const all = agents.filter((agent): agent is Agent => agent !== undefined);
  const stopAll = () => Promise.all(all.map((agent) => agent.stop()));
  const onAbort = () => void stopAll();
  signal.addEventListener("abort", onAbort);
  try {
    await Promise.all(all.map((agent) => agent.ready));
    for (const agent of all) agent.go();
    const answers = await Promise.all(agents.map((agent) => agent?.answers));
    return open.map(({ looked }, index) => withAnswers(looked, answers[index]));
  } finally {
    signal.removeEventListener("abort", onAbort);
    await stopAll();
    signal.throwIfAborted();
  }
}

function withAnswers(looked: Looked, answers: Answers | string | undefined): Looked {
  if (answers === undefined) return looked;
  if (typeof answers !== "string") return { ...looked, answers };
  const { host } = looked;
  const message = `${host.name} gave no answer to what was asked as root.`;
  return { ...looked, trouble: fault(host, message, "Run the same command again.", answers) };
}

/** A fault that a user can meet is a finding like others. */
async function troubled(host: Host, work: () => Promise<void>): Promise<Pick<Looked, "trouble">> {
  try {
    await work();
    return {};
  } catch (error) {
    if (!(error instanceof QuintetError)) throw error;
    const { message, step, detail, next } = error.fields;
    const trouble = fault(host, message, next, detail);
    return { trouble: step === undefined ? trouble : { ...trouble, step } };
  }
}

/** What this host is to find out. `able`: those that can be asked; only they listen, only they are told to connect. */
export function questionsFor(
  stack: Stack,
  { host, needs, facts }: Looked,
  able: readonly Looked[],
  selected: readonly Host[],
  lockedAs?: string,
): Questions {
  const flows = neededFlows(
    stack,
    able.map((one) => one.host),
  );
  const listen: Record<string, Questions["listen"][string]> = {};
  for (const { port } of flows.filter(({ to }) => to === host)) {
    listen[listenKey(port)] = { address: host.privateAddress, port };
  }
  const connect = Object.fromEntries(
    flows
      .filter(({ from }) => from === host)
      .map(({ to, port }) => [connectKey(to, port), { address: to.privateAddress, port }]),
  );
  const balancers = hostsOf(stack, "loadbalancer");
  const isBalancer = balancers.includes(host);
  const factsOf = new Map(able.flatMap((one) => (one.facts === undefined ? [] : [[one.host.name, one.facts]])));
  const device = facts === undefined ? undefined : vrrpInterface(stack, host, facts)?.name;
  const peer = balancers.find((one) => one !== host && able.some((other) => other.host === one));
  const askAround = isBalancer && balancers.every((one) => selected.includes(one)) && isHeld(stack, factsOf) === false;
  return {
    ports: neededPorts(stack, host).map(({ port }) => port),
    listen,
    connect,
    ...(askAround ? { neighbour: stack.virtualIp.address } : {}),
    ...(isBalancer && device !== undefined
      ? {
          vrrp: {
            device,
            address: host.address,
            peer: peer?.address ?? null,
            first: balancers[0] === host,
            seconds: VRRP_SECONDS,
          },
        }
      : {}),
    lock: { directory: LOCK_DIRECTORY, run: lockedAs ?? null },
    mirror: (facts?.missing.length ?? 0) > 0 && needs.packages.length > 0,
  };
}
