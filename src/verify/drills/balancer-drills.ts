import type { Stack } from "../../stack/stack.ts";
import { networkCut } from "../faults/network-cut.ts";
import { powerLoss } from "../faults/power.ts";
import { frozen, keptDown, killed, stopped } from "../faults/units.ts";
import { all, needsPower, needsTwo, noBastion } from "./conditions.ts";
import type { Drill } from "./drill.ts";
import type { Evidence } from "./evidence.ts";
import { heldIn } from "./held.ts";
import { first, goodbye, plannedHandover, silence } from "./predictions.ts";
import { theHolder } from "./targets.ts";
import { takenOver } from "./watch.ts";

const HAPROXY = "haproxy.service";
const KEEPALIVED = "keepalived.service";
const base = { target: theHolder, applies: needsTwo("loadbalancer") } as const;
const one = { failedSafe: null, maxHolders: 1 } as const;

/** How long both may go on holding the virtual IP once they hear each other again: they need an advert or two for it. */
const bothLimitMs = ({ virtualIp }: Stack) => Math.max(1_000, 3 * virtualIp.advertMs);

export const balancerDrills: readonly Drill[] = [
  {
    ...base,
    id: "balancer-power-loss",
    title: "The balancer that holds the virtual IP loses power",
    does: "cuts the power of …",
    applies: all(needsPower, base.applies),
    objective: { ...one, downtimeMs: 800 },
    fault: powerLoss,
    silences: true,
    ends: "when mended",
    takeover: true,
    awaits: takenOver,
    predict: silence,
    also: staysWhereItIs,
  },
  {
    ...base,
    id: "haproxy-killed",
    title: "HAProxy is killed, and systemd restarts it",
    does: "kills HAProxy on …",
    objective: { ...one, downtimeMs: 500 },
    fault: killed(HAPROXY),
    ends: "by itself",
    takeover: true,
    awaits: takenOver,
    predict: (timers) => first(0, "systemd tells keepalived at once", goodbye(timers)),
  },
  {
    ...base,
    id: "haproxy-down",
    title: "HAProxy is killed and stays down",
    does: "kills HAProxy and keeps it down on …",
    objective: { ...one, downtimeMs: 500 },
    fault: keptDown(HAPROXY),
    ends: "when mended",
    takeover: true,
    awaits: takenOver,
    predict: (timers) => first(0, "systemd tells keepalived at once", goodbye(timers)),
    also: staysWhereItIs,
  },
  {
    ...base,
    id: "haproxy-frozen",
    title: "HAProxy freezes",
    does: "freezes HAProxy on …",
    objective: { ...one, downtimeMs: 2_000 },
    fault: frozen(HAPROXY),
    ends: "when mended",
    takeover: true,
    awaits: takenOver,
    predict(timers) {
      const { interval, timeout } = timers.haproxyCheck;
      return first(
        interval + timeout,
        `keepalived's next look and its wait: ${interval} + ${timeout} ms`,
        goodbye(timers),
      );
    },
    also: staysWhereItIs,
  },
  {
    ...base,
    id: "keepalived-killed",
    title: "keepalived is killed, and systemd restarts it",
    does: "kills keepalived on …",
    objective: { ...one, downtimeMs: 500 },
    fault: killed(KEEPALIVED),
    ends: "by itself",
    takeover: true,
    awaits: takenOver,
    predict: silence,
  },
  {
    ...base,
    id: "balancer-partition",
    title: "The balancer that holds the virtual IP is cut off from the network, and comes back",
    does: "drops all network traffic but this computer's SSH on …",
    applies: all(noBastion, base.applies),
    objective: { ...one, downtimeMs: 800, maxHolders: 2 },
    fault: networkCut,
    ends: "when mended",
    takeover: true,
    awaits: takenOver,
    predict: silence,
    also: healedSplit,
  },
  {
    ...base,
    id: "balancer-handover",
    title: "The virtual IP is handed over, as for work on the balancer",
    does: "stops keepalived on …",
    objective: { downtimeMs: 500, failedSafe: 0, maxHolders: 1 },
    fault: stopped(KEEPALIVED),
    ends: "when mended",
    takeover: true,
    awaits: takenOver,
    predict: plannedHandover,
    also: staysWhereItIs,
  },
];

/** Cut off from each other, both balancers hold the virtual IP, and neither can know. Together again, one must let go. */
function healedSplit(evidence: Evidence, stack: Stack): string[] {
  const { repairedAt = evidence.finishedAt, finishedAt } = evidence;
  const { severalMs } = heldIn({ ...evidence, startedAt: repairedAt, injectedAt: repairedAt });
  return [
    ...(severalMs > bothLimitMs(stack)
      ? [
          `two balancers held the virtual IP for ${severalMs} ms after they heard each other again, ${bothLimitMs(stack)} at most`,
        ]
      : []),
    ...(heldAtEnd(evidence, finishedAt) === 1 ? [] : ["not exactly one balancer held the virtual IP in the end"]),
  ];
}

/** A balancer that comes back leaves the virtual IP where it is: taking it back would be a second failover. */
function staysWhereItIs({ samples, hosts, injectedAt, repairedAt = Number.POSITIVE_INFINITY }: Evidence): string[] {
  const own = samples.filter(({ host }) => hosts.includes(host));
  const others = samples.filter(({ host }) => !hosts.includes(host));
  const lost = others.find(({ at, holds }) => holds && at > injectedAt)?.at ?? Number.POSITIVE_INFINITY;
  const taken = own.find(({ at, holds }) => holds && at > Math.max(lost, repairedAt));
  return taken === undefined ? [] : [`${taken.host} took the virtual IP back when it was mended: a second failover`];
}

function heldAtEnd({ samples, balancers }: Evidence, at: number): number {
  return balancers.filter((host) => samples.findLast((sample) => sample.host === host && sample.at <= at)?.holds)
    .length;
}
