import type { Stack } from "../stack/stack.ts";
import { judgeAddresses } from "./addresses.ts";
import { judgeClocks } from "./clock.ts";
import { judgeConnection } from "./connection.ts";
import { type Finding, warning } from "./finding.ts";
import { judgeClientsWay, judgeFlows, neededFlows } from "./flows.ts";
import { judgeIdentities } from "./identity.ts";
import { judgeLockHolder } from "./lock-holder.ts";
import type { Looked } from "./look.ts";
import { judgeMirror } from "./mirror.ts";
import { judgeOtherLooks, judgePorts } from "./ports.ts";
import { judgeSystem } from "./system.ts";
import { judgeVirtualIp } from "./virtual-ip.ts";
import { judgeVrrp } from "./vrrp.ts";

/** Everything about these hosts that would make `apply` fail, each with what mends it. Pure. */
export function judge(stack: Stack, all: readonly Looked[]): Finding[] {
  const withFacts = all.flatMap(({ facts, ...one }) => (facts === undefined ? [] : [{ ...one, facts }]));
  const withAnswers = withFacts.flatMap(({ answers, ...one }) => (answers === undefined ? [] : [{ ...one, answers }]));
  const factsOf = new Map(withFacts.map(({ host, facts }) => [host.name, facts]));
  const neighbours = withAnswers.flatMap(({ host, answers: { neighbour } }) =>
    neighbour === undefined ? [] : ([[host.name, neighbour]] as const),
  );
  const flowEvidence = withAnswers.map(({ host, answers }) => {
    const { listen, connect, filters } = answers;
    return [host.name, { listened: listen, connected: connect, filters }] as const;
  });
  return [
    ...all.flatMap((one) => judgeOne(stack, one)),
    ...judgeIdentities(withFacts),
    ...judgeClocks(withFacts.flatMap(({ host, clock }) => (clock === undefined ? [] : [{ host, clock }]))),
    ...judgeFlows(
      neededFlows(
        stack,
        all.map(({ host }) => host),
      ),
      new Map(flowEvidence),
    ),
    ...judgeVrrp(
      stack,
      withAnswers.flatMap(({ host, answers: { vrrp, filters } }) =>
        vrrp === undefined ? [] : [{ host, vrrp, filters }],
      ),
    ),
    ...judgeVirtualIp(stack, factsOf, new Map(neighbours)),
  ];
}

function judgeOne(stack: Stack, { host, needs, facts, answers, trouble }: Looked): Finding[] {
  const said = trouble === undefined ? [] : [trouble];
  if (facts === undefined) return said;
  const own = [
    ...judgeSystem(stack, host, facts),
    ...judgeConnection(stack, host, facts),
    ...judgeAddresses(stack, host, facts),
    ...said,
  ];
  if (answers === undefined) return own;
  return [
    ...own,
    ...judgePorts(stack, host, answers.ports, needs.units),
    ...judgeOtherLooks(host, answers.ports),
    ...judgeLockHolder(host, answers.lockedBy),
    ...(answers.mirror === undefined ? [] : judgeMirror(host, facts, answers.mirror)),
    ...(answers.filters === undefined ? [] : judgeClientsWay(host, answers.filters)),
    ...Object.entries(answers.errors).map(([what, why]) =>
      warning(
        host,
        `${host.name} could not be looked at in one respect (${what}).`,
        "Nothing, if all else is well.",
        why,
      ),
    ),
  ];
}
