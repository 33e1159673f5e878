import type { RunCommand } from "../command.ts";
import type { Emit } from "../events.ts";

/** All of the world that a command gets. Tests hand in their own. */
export interface CommandContext {
  readonly emit: Emit;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly run: RunCommand;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the user stands. */
  readonly cwd: string;
  readonly home: string;
  readonly userName: string;
  readonly now: () => Date;
  /** Where templates/, playbooks/ and inventories/ are. */
  readonly packageRoot: string;
  /** How the user calls the program, to be repeated in advice: "quintet" or "./quintet". */
  readonly program: string;
  /** Asks a yes-or-no question; undefined where nobody can be asked (no terminal, --json). */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
}

/** Flags that every verb has. */
export interface CommonOptions {
  readonly stack?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}
