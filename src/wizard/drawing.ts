import { describeLayout } from "../stack/layouts.ts";
import type { Stack } from "../stack/stack.ts";
import type { NamedPlace } from "./interview.ts";
import type { Line } from "./prompts/page.ts";

export interface Drawn {
  readonly seats: readonly NamedPlace[];
  readonly virtualIp?: string | undefined;
  readonly staticPaths?: string | undefined;
}

/** The stack as far as it is known, drawn as the reports draw it; `tight` leaves the joints out. */
export function drawing({ seats, virtualIp, staticPaths }: Drawn, tight = false): Line[] {
  const stack = {
    hosts: seats.map(({ name, tiers }) => ({ name, tiers })),
    virtualIp: { address: virtualIp ?? "" },
    routes: { static: (staticPaths ?? "").split(/\s+/).filter((path) => path !== "") },
  };
  // The drawing looks at nothing else of a stack.
  return describeLayout(stack as unknown as Stack)
    .filter((line) => !tight || !/^\s*\|?$/.test(line))
    .map((text): Line => [{ text: `  ${text.trimEnd()}`, style: "faint" }]);
}
