import { EXIT, QuintetError } from "../../errors.ts";
import { balancerPowerLoss } from "./balancer-power-loss.ts";
import type { Drill } from "./drill.ts";

export const DRILLS: readonly Drill[] = [balancerPowerLoss];

/** The drills of these names, in the order asked for; an unknown name is a QuintetError. */
export function drillsNamed(names: readonly string[]): Drill[] {
  return names.map((name) => {
    const drill = DRILLS.find((one) => one.id === name);
    if (drill !== undefined) return drill;
    throw new QuintetError({
      message: `There is no drill named ${name}.`,
      exitCode: EXIT.usage,
      next: `Choose from: ${DRILLS.map((one) => one.id).join(", ")}`,
    });
  });
}
