import { EXIT, type QuintetErrorFields } from "../errors.ts";
import { quoteArgv } from "../remote/quote.ts";
import type { Host } from "../stack/stack.ts";

/** Something that was found: a fault would make `apply` fail, or break what runs; a warning would not. */
export interface Finding {
  readonly kind: "fault" | "warning";
  /** undefined: no host's alone. */
  readonly host?: string;
  /** What was being done, where that was not to look. */
  readonly step?: string;
  /** One sentence. */
  readonly message: string;
  /** What a machine said. */
  readonly detail?: string;
  /** What mends it. */
  readonly next: string;
}

const STEP = "Check the hosts";

export function fault(host: Host | undefined, message: string, next: string, detail?: string): Finding {
  return found("fault", host, message, next, detail);
}

export function warning(host: Host | undefined, message: string, next: string, detail?: string): Finding {
  return found("warning", host, message, next, detail);
}

function found(kind: Finding["kind"], host: Host | undefined, message: string, next: string, detail = ""): Finding {
  return {
    kind,
    ...(host === undefined ? {} : { host: host.name }),
    message,
    ...(detail === "" ? {} : { detail }),
    next,
  };
}

export function errorFields({ host, message, step, detail, next }: Finding): QuintetErrorFields {
  return {
    message,
    ...(host === undefined ? {} : { host }),
    step: step ?? STEP,
    ...(detail === undefined ? {} : { detail }),
    exitCode: EXIT.preflight,
    next,
  };
}

/** The beginning of a command that the user can run on a host. */
export function ssh({ ssh: { user, port }, address }: Host): string {
  return quoteArgv(["ssh", ...(port === 22 ? [] : ["-p", String(port)]), `${user}@${address}`]);
}

/** "a", "a and b", "a, b and c". */
export function listedNames(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
