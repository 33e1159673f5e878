import { contains, isNetwork, type Network, readNetwork } from "./addresses.ts";
import type { Draft } from "./draft.ts";
import type { Report } from "./faults.ts";

/** Networks are well-formed, and none repeats another: nftables refuses a set of overlapping intervals. */
export function firewallRules(draft: Draft, fault: Report): void {
  for (const setting of ["ssh_from", "metrics_from"] as const) {
    const list = draft.firewall?.[setting];
    if (list === undefined) continue;
    if (setting === "ssh_from" && list.length === 0) {
      fault(["firewall", setting], "The list is empty: nobody could log in.", "Name your network, or leave it out.");
    }
    const before: Network[] = [];
    list.forEach((text, index) => {
      if (text === undefined) return;
      const path = ["firewall", setting, index];
      const network = readNetwork(text);
      if (!isNetwork(network)) {
        fault(path, ...network);
        return;
      }
      const overlap = before.find((other) => overlaps(network, other));
      if (overlap !== undefined) {
        const wider = network.prefix < overlap.prefix ? network : overlap;
        fault(path, `${network.text} overlaps ${overlap.text}.`, `Keep only ${wider.text}.`);
      }
      before.push(network);
    });
  }
}

function overlaps(one: Network, other: Network): boolean {
  return (
    contains(one, { family: other.family, value: other.first }) ||
    contains(other, { family: one.family, value: one.first })
  );
}
