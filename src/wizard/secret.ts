import inquirer from "inquirer";
import { interruptible } from "./interruption.ts";

/** Asks for a password or passphrase on the terminal, without showing it. Ctrl-C aborts, as in confirm.ts. */
export async function secret(message: string, abort: AbortController): Promise<string> {
  return interruptible(abort, async (signal) => {
    const ask = inquirer.createPromptModule({ signal });
    const { text } = await ask<{ text: string }>([
      { type: "password", name: "text", message, mask: "*", toggleMask: false },
    ]);
    return text;
  });
}
