import type { Machines } from "../../machines/machines.ts";
import type { Fault, FaultWorld } from "./fault.ts";

/** The power is cut, and comes back. Its provider brings it back where we do not. */
export const powerLoss: Fault = {
  arm: ({ stack, ...world }, host, afterMs) => switchOf(world).startLater(stack, host, afterMs),
  async inject({ stack, sessions, ...world }, host) {
    await switchOf(world).powerOff(stack, host);
    sessions.forget(host);
  },
  async repair({ stack, sessions, ...world }, host) {
    const machines = switchOf(world);
    // Also where it runs: the start that was armed is called off.
    if ((await machines.stateOf(stack, host)) === "stopped") sessions.forget(host);
    await machines.start(stack, host);
  },
};

function switchOf({ machines }: Pick<FaultWorld, "machines">): Machines {
  if (machines === undefined) throw new Error("there is no power switch for these machines");
  return machines;
}
