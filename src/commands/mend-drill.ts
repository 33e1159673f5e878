import { makeSessions } from "../remote/sessions.ts";
import type { Stack } from "../stack/stack.ts";
import { healLeftover } from "../verify/drills/armed.ts";
import type { CommandContext } from "./context.ts";
import { rehearsalMachines } from "./machines.ts";

/** Mends what a drill that was killed has left broken, before anything is changed; says so where there was something. */
export async function mendDrill(stack: Stack, context: CommandContext): Promise<void> {
  const sessions = makeSessions(stack, context.login.connect, context.signal);
  try {
    const hosts = await healLeftover(stack, { machines: await rehearsalMachines(stack, context), sessions });
    if (hosts.length === 0) return;
    context.emit({ type: "warning", message: `A drill was interrupted: ${hosts.join(", ")} had to be looked after.` });
  } finally {
    sessions.close();
  }
}
