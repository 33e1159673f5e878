import { createHash } from "node:crypto";
import type { Network } from "../../stack/addresses.ts";
import type { Stack } from "../../stack/stack.ts";
import { planAddresses } from "../address-plan.ts";
import { bridgeName, tableName } from "./names.ts";

/** The rehearsal's network: one bridge, whose address is the machines' way out. */
export interface NetworkPlan {
  readonly bridge: string;
  /** The bridge's hardware address: without one of its own it changes with its ports, and machines lose their way out. */
  readonly hardwareAddress: string;
  /** In nftables. */
  readonly table: string;
  readonly network: Network;
  /** The bridge's own address. */
  readonly gateway: string;
}

export function planNetwork(stack: Stack): NetworkPlan {
  const bridge = bridgeName(stack.name);
  return { bridge, hardwareAddress: hardwareAddress(bridge), table: tableName(stack.name), ...planAddresses(stack) };
}

/** 02: an address that its owner chose, of no manufacturer. */
function hardwareAddress(bridge: string): string {
  const digest = createHash("sha256").update(bridge).digest("hex");
  return ["02", ...[0, 2, 4, 6, 8].map((at) => digest.slice(at, at + 2))].join(":");
}
