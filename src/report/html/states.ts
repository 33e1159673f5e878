import { asExpected, type Report } from "../schema.ts";
import { counted } from "./format.ts";

/** How a host came out of the run. */
export interface HostState {
  readonly state: "passed" | "failed" | "left out";
  /** Of a failed one: how many of what, in few words. */
  readonly text: string;
}

/** What the report says of each host: its failed checks, wrong ports and the failed drills that broke it. */
export function hostStates(report: Report): ReadonlyMap<string, HostState> {
  return new Map(report.hosts.map(({ name }) => [name, stateOf(name, report)]));
}

function stateOf(name: string, { checks, isolation, drills, limit }: Report): HostState {
  const failed = checks.filter(({ host, status }) => host === name && status === "failed").length;
  const ports = isolation.filter((flow) => flow.to === name && !asExpected(flow)).length;
  const broken = drills.filter(({ hosts, status }) => status === "failed" && hosts.includes(name)).length;
  const faults = [
    ...(failed > 0 ? [counted(failed, "check")] : []),
    ...(ports > 0 ? [counted(ports, "port")] : []),
    ...(broken > 0 ? [counted(broken, "drill")] : []),
  ];
  if (faults.length > 0) return { state: "failed", text: faults.join(", ") };
  if (limit !== undefined && !limit.includes(name)) return { state: "left out", text: "left out" };
  return { state: "passed", text: "passed" };
}
