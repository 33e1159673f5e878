import path from "node:path";
import type { CommandContext } from "./context.ts";

/** Runs it aside, so that a browser that stays in the foreground holds nobody up; 127 where there is no such program. */
const ASIDE = 'command -v "$1" >/dev/null 2>&1 || exit 127; "$@" >/dev/null 2>&1 </dev/null &';

/** Opens a file with what this computer opens such files with. Says what was done, or why it could not and where the file is. */
export async function openFile(
  file: string,
  { run, env, signal }: Pick<CommandContext, "run" | "env" | "signal">,
  platform: NodeJS.Platform = process.platform,
): Promise<string> {
  const full = path.resolve(file);
  const screen = platform === "darwin" ? !env["SSH_CONNECTION"] : env["DISPLAY"] || env["WAYLAND_DISPLAY"];
  if (!screen) return `There is no screen here: open ${full} where there is one.`;
  const { exitCode } = await run(["sh", "-c", ASIDE, "sh", platform === "darwin" ? "open" : "xdg-open", full], {
    signal,
  });
  return exitCode === 0 ? `Opened ${full}` : `No program here opens web pages: open ${full} yourself.`;
}
