import { createHash } from "node:crypto";

// What the Vagrantfile calls things.

/** A machine, to its provider. */
export function machineName(stack: string, host: string): string {
  return `quintet-${stack}.${host}`;
}

/** The rehearsal's network, where a network has a name. */
export function networkName(stack: string): string {
  return `quintet-${stack}`;
}

const NAME_MAX = 12;

/** The bridge of a rehearsal's containers. */
export function bridgeName(stack: string): string {
  if (stack.length <= NAME_MAX) return `qv-${stack}`;
  return `qv-${stack.slice(0, 5)}-${createHash("sha256").update(stack).digest("hex").slice(0, 6)}`;
}
