import { ExitPromptError } from "@inquirer/core";

/**
 * A prompt of Inquirer's own that ends in order on Ctrl-C: in raw mode that is a key and no signal, so the whole run is
 * told of it here. Rejects with the signal's reason.
 */
export async function interruptible<Answer>(
  abort: AbortController,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const { signal } = abort;
  signal.throwIfAborted();
  try {
    return await ask(signal);
  } catch (error) {
    if (error instanceof ExitPromptError) abort.abort();
    signal.throwIfAborted();
    throw error;
  }
}
