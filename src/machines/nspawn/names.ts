import { createHash } from "node:crypto";

const INTERFACE_NAME_MAX = 15;
const MACHINE_NAME_MAX = 64;

/** A text that is too long keeps its beginning and gets a hash of the whole as its end. */
function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 6);
  return `${text.slice(0, max - 7)}-${hash}`;
}

/** What every machine name of a rehearsal starts with. Names in stack.yml hold no dot, so no two rehearsals share it. */
export function machinePrefix(stack: string): string {
  return `${stack}.`;
}

/** The machine's name for systemd-nspawn. */
export function machineName(stack: string, host: string): string {
  return shorten(machinePrefix(stack) + host, MACHINE_NAME_MAX);
}

/**
 * The host's end of the machine's cable. systemd-nspawn makes it; where the name is longer than an interface name may
 * be, this is the link's alternative name, which `ip` takes as well.
 */
export function linkName(machine: string): string {
  return `vb-${machine}`;
}

const BRIDGE = "qb-";

/** The rehearsal's bridge. The prefix is ours alone: removing it must never hit somebody else's bridge. */
export function bridgeName(stack: string): string {
  return shorten(BRIDGE + stack, INTERFACE_NAME_MAX);
}

export function isBridgeOfOurs(link: string): boolean {
  return link.startsWith(BRIDGE);
}

/** The rehearsal's table in nftables. */
export function tableName(stack: string): string {
  return `quintet-${stack}`;
}

const UNIT = "quintet-";

/** Names the machine's control group where there is no systemd, and its service (and so its control group) where there is. */
export function unitName(machine: string): string {
  return UNIT + machine;
}
