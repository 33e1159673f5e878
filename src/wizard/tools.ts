import type { QuestionId } from "../answers/answers.ts";
import { QUESTIONS } from "../answers/questions.ts";
import type { Host } from "../stack/stack.ts";
import type { Drafts } from "./drafts.ts";
import type { Interview } from "./interview.ts";
import { labelOf } from "./labels.ts";
import { hostsSoFar, type WhereAsked } from "./look/hosts.ts";
import type { Looks } from "./look/looks.ts";
import { printable } from "./prompts/printable.ts";
import type { Scene } from "./prompts/scene.ts";
import type { Keyboard } from "./terminal/keyboard.ts";
import type { Screen } from "./terminal/screen.ts";
import type { WizardOptions } from "./wizard.ts";

/** While these are asked, each host is shown with all that was seen of it. */
const ABOUT_HOSTS: ReadonlySet<QuestionId> = new Set<QuestionId>([
  "hosts",
  "ssh-user",
  "ssh-port",
  "ssh-identity",
  "ssh-proxy-jump",
  "virtual-ip",
  "virtual-ip-interface",
]);

interface SceneOptions {
  /** What Esc does. Default: back. */
  readonly escapeTo?: string;
  /** Left out of what was answered before. */
  readonly asked?: QuestionId;
  /** Whether this is about the hosts: then all is shown that was seen of them. */
  readonly hosts?: boolean;
}

/** What every step works with. */
export interface Tools {
  readonly options: WizardOptions;
  readonly interview: Interview;
  readonly looks: Looks;
  readonly where: () => WhereAsked;
  readonly scene: (progress: string, more?: SceneOptions) => Scene;
  /** Looks at the hosts as they are said now; what did not change is not looked at again. */
  readonly lookAtHosts: () => void;
  /** New host keys that the user has said yes to, as lines of known_hosts. */
  readonly accepted: Set<string>;
  /** Those of them that the present hosts have, and those that ssh trusts anyway: to be pinned. */
  readonly hostKeys: () => string;
  /** Logs in to a host while a prompt other than ours may ask for a passphrase: off the wizard's screen. */
  readonly unlock: (host: Host) => Promise<void>;
  /** Keeps what was said, in case of an interruption. */
  readonly keep: () => Promise<void>;
}

interface Parts {
  readonly options: WizardOptions;
  readonly keyboard: Keyboard;
  readonly screen: Screen;
  readonly looks: Looks;
  readonly drafts: Drafts;
  readonly interview: Interview;
}

export function createTools({ options, keyboard, screen, looks, drafts, interview }: Parts): Tools {
  const where = (): WhereAsked => ({
    cwd: options.cwd,
    directory: options.directoryOf(interview.answer("name") ?? "stack"),
    home: options.home,
    defaultUser: options.userName,
  });
  const accepted = new Set<string>();
  return {
    options,
    accepted,
    interview,
    looks,
    where,
    scene: (progress, { escapeTo = "back", asked, hosts = false } = {}) => ({
      keyboard,
      screen,
      output: options.output ?? process.stdout,
      signal: options.signal,
      title: `Quintet   ${interview.answer("name") === undefined ? "a new stack" : printable(interview.answer("name") ?? "")}`,
      progress,
      given: givenSoFar(interview, asked),
      live: hosts || (asked !== undefined && ABOUT_HOSTS.has(asked)) ? looks : looks.brief,
      escapeTo,
    }),
    unlock: async (host) => {
      keyboard.stop();
      screen.leave();
      try {
        const { login, signal } = options;
        const { session } = await login.meet(where().directory, host, { mayAsk: true, signal });
        session.close();
      } catch {
        // The next look says what is wrong.
      } finally {
        screen.enter();
        keyboard.start();
      }
    },
    keep: () => drafts.keep(interview.state),
    lookAtHosts: () => looks.want(hostsSoFar(interview.answers, where())),
    hostKeys: () =>
      looks
        .keys()
        .filter(({ known, line }) => known || accepted.has(line))
        .map(({ line }) => line)
        .join(""),
  };
}

/** What was answered, in the order of the questions. Hosts have lines of their own: what was seen on them. */
function givenSoFar(interview: Interview, asked: QuestionId | undefined): (readonly [string, string])[] {
  return QUESTIONS.flatMap(({ id }) => {
    const text = interview.answer(id);
    if (text === undefined || id === asked || id === "hosts" || id === "name") return [];
    return [[labelOf(id), printable(text.replace(/\s+/g, " "))] as const];
  });
}
