import inquirer from "inquirer";
import { interruptible } from "./interruption.ts";

/** Asks a yes-or-no question on the terminal; no is the default. Ctrl-C aborts, and the signal's reason is thrown. */
export async function confirm(message: string, abort: AbortController): Promise<boolean> {
  return interruptible(abort, async (signal) => {
    const ask = inquirer.createPromptModule({ signal });
    const { yes } = await ask<{ yes: boolean }>([{ type: "confirm", name: "yes", message, default: false }]);
    return yes;
  });
}
