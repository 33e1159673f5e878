import { join } from "node:path";
import type { CommandContext } from "../../src/commands/context.ts";
import type { Event } from "../../src/events.ts";
import { createLogin } from "../../src/remote/login.ts";

export const PACKAGE_ROOT = join(import.meta.dirname, "../..");

/** A command's world whose user stands in `cwd`; every event is added to `events`. */
export function fakeContext(cwd: string, events: Event[], changes: Partial<CommandContext> = {}): CommandContext {
  return {
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    run: async (argv) => {
      throw new Error(`nothing was to be run: ${argv.join(" ")}`);
    },
    env: {},
    cwd,
    home: join(cwd, "home"),
    userName: "dora",
    now: () => new Date("2026-01-02T03:04:05Z"),
    packageRoot: PACKAGE_ROOT,
    program: "quintet",
    ask: undefined,
    // An ssh that has nothing to say of any host.
    login: createLogin({
      run: async () => ({ exitCode: 0, stdout: "", stderr: "" }),
      env: {},
      home: join(cwd, "home"),
    }),
    ...changes,
  };
}
