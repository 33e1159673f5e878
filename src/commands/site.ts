import type { AnsibleEvent } from "../ansible/events.ts";
import type { Ansible } from "../ansible/find.ts";
import { type PlaybookResult, runPlaybook } from "../ansible/run.ts";
import { EXIT, QuintetError } from "../errors.ts";
import { SUDO_PASSWORD_VARIABLE } from "../remote/login.ts";
import type { Host, Stack } from "../stack/stack.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { withJournal } from "./journal.ts";
import { siteMask } from "./site-mask.ts";

export interface SiteRun {
  readonly stack: Stack;
  readonly hosts: readonly Host[];
  readonly ansible: Ansible;
  readonly options: Pick<CommonOptions, "limit">;
  readonly verb: string;
  readonly title: string;
  /** The command that goes on after a failure. */
  readonly again: string;
  /** Only looks, and tells what it sees. */
  readonly check?: { readonly onEvent: (event: AnsibleEvent) => void };
}

/** The step that runs site.yml. Throws the first failure; all of them are emitted. Secrets are blotted out of all of it. */
export async function runSite(
  { stack, hosts, ansible, options, verb, title, again, check }: SiteRun,
  context: CommandContext,
): Promise<PlaybookResult> {
  const names = hosts.map((host) => host.name);
  const login = await context.login.environment();
  const mask = await siteMask(stack, ansible, context, [login[SUDO_PASSWORD_VARIABLE] ?? ""]);
  const result = await runPlaybook(
    {
      ansible,
      stackDirectory: stack.directory,
      playbook: "site.yml",
      inventory: "hosts.yml",
      verb,
      step: verb,
      title,
      rows: names,
      again,
      ...(check === undefined ? {} : { check: true, diff: true }),
      ...(options.limit === undefined ? {} : { limit: names }),
    },
    { env: context.env, login, now: context.now, signal: context.signal, mask, ...check },
    context.emit,
  );
  context.signal.throwIfAborted();
  if (result.status === "passed") return result;
  const failures = await withJournal(stack, result.failures, mask, context);
  const [last, ...others] = failures.toReversed();
  for (const error of others.toReversed()) context.emit({ type: "error", error });
  throw new QuintetError(
    last ?? { message: "The playbook failed.", exitCode: EXIT.apply, next: again, logFile: result.logFile },
  );
}
