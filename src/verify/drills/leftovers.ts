import { QuintetError } from "../../errors.ts";
import type { Tier } from "../../stack/schema.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import type { Context } from "../context.ts";
import { asRoot } from "../faults/fault.ts";
import { unitsOf } from "./units.ts";

/**
 * Prints a line for each thing that keeps a host from doing what it did before, though the stack may look healthy:
 * services of its tiers that do not run, a keepalived that would not take over.
 */
const script = (units: readonly string[]) => `for unit in ${units.join(" ")}; do
  state=$(systemctl is-active "$unit")
  [ "$state" = active ] || echo "$unit is $state"
done
case " ${units.join(" ")} " in *" keepalived.service "*)
  run=$(systemctl show --property=InvocationID --value keepalived.service)
  journalctl --quiet --output=cat --lines=1 --grep='Entering FAULT STATE|Entering BACKUP STATE|Entering MASTER STATE' \\
    "_SYSTEMD_INVOCATION_ID=$run" | grep -q FAULT && echo "keepalived is in its fault state"
esac
:`;

/** What is not as it was on the hosts, in words. */
export async function leftovers(
  { stack, sessions }: Pick<Context, "stack" | "sessions">,
  hosts: readonly Host[] = stack.hosts,
): Promise<string[]> {
  const found = await Promise.all(
    hosts.map(async ({ name, tiers }) => {
      try {
        const said = await asRoot(await sessions.to(name), "be looked at", script(allUnits(stack, tiers)));
        return said
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => `on ${name}, ${line}`);
      } catch (error) {
        if (error instanceof QuintetError) sessions.forget(name);
        return [error instanceof Error ? error.message : String(error)];
      }
    }),
  );
  return found.flat();
}

function allUnits(stack: Stack, tiers: Host["tiers"]): string[] {
  return tiers.flatMap((tier: Tier) => unitsOf(stack, tier));
}
