import type { RunCommand } from "../command.ts";
import type { ExitCode } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { Login } from "../remote/login.ts";

/** Asks the user; both reject with the signal's reason on Ctrl-C. */
export interface Ask {
  /** Yes or no; no is the default. */
  confirm(question: string): Promise<boolean>;
  /** A password or passphrase: not shown, not kept. */
  secret(question: string): Promise<string>;
}

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
  /** undefined where nobody can be asked: no terminal, --json, --yes. */
  readonly ask: Ask | undefined;
  readonly login: Login;
  /** The run that has the locks of the hosts, as they know it; undefined: this one has none. */
  readonly lockedAs?: string;
}

/** A verb that did what it was asked for; an exit code says more than that it is done. */
export type Verb = (context: CommandContext) => Promise<ExitCode> | Promise<void>;

/** Flags that every verb has. */
export interface CommonOptions {
  readonly stack?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  /** Ask nothing: what is not said by flags, files or the environment is a fault. */
  readonly yes?: boolean;
  /** Flags of the verbs that log in to hosts. */
  readonly limit?: string;
  readonly acceptHostKeys?: boolean;
  readonly sudoPasswordFile?: string;
}
