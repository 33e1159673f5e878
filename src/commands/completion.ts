import { SCRIPTS, type Shell } from "../completion/scripts.ts";
import type { CommandContext } from "./context.ts";

/** `quintet completion bash|zsh|fish`: the script that a shell loads. */
export async function completionCommand(shell: Shell, { emit }: CommandContext): Promise<void> {
  emit({ type: "document", text: SCRIPTS[shell] });
}
