import { EXIT, type QuintetErrorFields } from "../errors.ts";
import { type Explanation, explain, lastError } from "./explain.ts";
import type { TaskFailure } from "./progress.ts";

interface Context {
  readonly logFile: string;
  /** The command that goes on after the cause is mended, for example "quintet apply --stack shop". */
  readonly again: string;
}

/** Opens a new connection under new rules: where that fails, the machine itself goes back to the old ones. */
export const CONFIRM_RULES = "Confirm the packet filter's rules over a new connection";

/** A failed task, as an error that says the host, the step, what the machine said and what to do. */
export function taskError({ host, role, task, status, message }: TaskFailure, context: Context): QuintetErrorFields {
  const detail = message.replace(/^Task failed: /, "");
  const lockedOut = status === "unreachable" && task === CONFIRM_RULES;
  const known = lockedOut ? lockedOutOf(host) : explain(detail, host, status === "failed");
  const unknown = status === "unreachable" ? `${host} cannot be reached over SSH.` : `A task failed on ${host}.`;
  return {
    message: known?.message ?? unknown,
    exitCode: EXIT.apply,
    host,
    step: role === undefined ? task : `${role}: ${task}`,
    ...(detail === "" ? {} : { detail }),
    logFile: context.logFile,
    next: next(known?.next, context.again),
  };
}

function lockedOutOf(host: string): Explanation {
  return {
    message: `${host} lets no new SSH connection in under its new packet filter rules, so within a minute it goes back to those that it had.`,
    next: "Let this computer in: its address, as the machine sees it, belongs in firewall.ssh_from in stack.yml.",
  };
}

/** ansible-playbook ended with an error before or beside any task: `stderr` is the last that it said. */
export function runError(stderr: string, title: string, context: Context): QuintetErrorFields {
  const detail = lastError(stderr);
  const known = explain(detail);
  return {
    message: known?.message ?? "ansible-playbook ended with an error.",
    exitCode: EXIT.apply,
    step: title,
    ...(detail === "" ? {} : { detail }),
    logFile: context.logFile,
    next: next(known?.next, context.again),
  };
}

function next(known: string | undefined, again: string): string {
  return known === undefined ? `Mend what it says, then: ${again}` : `${known} Then: ${again}`;
}
