import { EXIT, QuintetError } from "../../errors.ts";
import { balancerDrills } from "./balancer-drills.ts";
import { courseDrills } from "./courses.ts";
import { databaseDrills } from "./database-drills.ts";
import type { Drill } from "./drill.ts";
import { appDrills, tierDrills, webDrills } from "./server-drills.ts";

/** In the order in which they are run. */
export const DRILLS: readonly Drill[] = [
  ...balancerDrills,
  ...webDrills,
  ...appDrills,
  ...databaseDrills,
  ...tierDrills,
  ...courseDrills,
];

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
