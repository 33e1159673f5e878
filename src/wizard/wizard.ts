import type { Answers } from "../answers/answers.ts";
import type { RunCommand } from "../command.ts";
import type { Login } from "../remote/login.ts";
import { createDrafts } from "./drafts.ts";
import { Interview } from "./interview.ts";
import { createLookAt } from "./look/look-at.ts";
import { Looks } from "./look/looks.ts";
import { askToGoOn } from "./resume.ts";
import { walk } from "./runner.ts";
import { buildSteps, firstOpen } from "./steps/steps.ts";
import { Keyboard, type KeyboardInput } from "./terminal/keyboard.ts";
import { Screen, type ScreenOutput } from "./terminal/screen.ts";
import { suspend } from "./terminal/suspend.ts";
import { createTools, type Tools } from "./tools.ts";

export interface WizardOptions {
  /** Said already by flags, the environment or --from: not asked, but shown and open to change on the last page. */
  readonly answers: Answers;
  readonly login: Login;
  readonly run: RunCommand;
  /** Aborted by Ctrl-C; the wizard then throws the signal's reason. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly userName: string;
  readonly now: () => Date;
  readonly program: string;
  /** The stack directory of a name, absolute. */
  readonly directoryOf: (name: string) => string;
  /** What happens after the last yes, such as "Write inventories/shop/stack.yml"; shown as the choice to take. */
  readonly finish: (answers: Answers) => string;
  /** Why a stack cannot be called so (there is one already); undefined: it can. */
  readonly refuseName?: ((name: string) => string | undefined) | undefined;
  /** Default: this process's terminal. */
  readonly input?: KeyboardInput;
  readonly output?: ScreenOutput;
  /** What Ctrl-C does: it is to abort the signal. Default: as if the terminal had sent SIGINT. */
  readonly interrupt?: () => void;
}

export interface WizardResult {
  readonly answers: Answers;
  /** Lines for the stack directory's known_hosts: keys that the user has said yes to. */
  readonly hostKeys: string;
  /** Forgets what was kept in case of an interruption; to be called when stack.yml stands. */
  readonly finished: () => Promise<void>;
}

/**
 * Asks for everything that is not said yet, and shows it all before it returns. undefined: the user has left by going
 * back from the first question; what was said is kept for the next time, as it is on Ctrl-C.
 */
export async function runWizard(options: WizardOptions): Promise<WizardResult | undefined> {
  const { signal } = options;
  signal.throwIfAborted();
  const interrupt = options.interrupt ?? (() => process.kill(process.pid, "SIGINT"));
  const screen = new Screen(options.output ?? process.stdout);
  const keyboard: Keyboard = new Keyboard(options.input ?? process.stdin, {
    interrupt,
    suspend: () => suspend(keyboard, screen),
  });
  const drafts = createDrafts(options);
  let directory = options.directoryOf(options.answers.name ?? "stack");
  const looks = new Looks(createLookAt({ login: options.login, directory: () => directory }));
  const kept = await drafts.read();
  screen.enter();
  keyboard.start();
  try {
    const create = (interview: Interview): Tools =>
      createTools({ options, keyboard, screen, looks, drafts, interview });
    const resumed = kept === undefined ? "anew" : await askToGoOn(create(new Interview(options.answers)), kept);
    if (resumed === "left") return undefined;
    const tools = create(new Interview(options.answers, resumed === "go on" ? kept?.state : undefined));
    tools.lookAtHosts();
    const steps = () => buildSteps(tools);
    const answered = async (id: string) => {
      tools.interview.asked.add(id);
      directory = tools.where().directory;
      await tools.keep();
    };
    const end = await walk({ steps, start: firstOpen(tools), answered });
    if (end === "left") return undefined;
    return { answers: tools.interview.answers, hostKeys: tools.hostKeys(), finished: () => drafts.forget() };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    keyboard.stop();
    screen.leave();
    looks.close();
  }
}
