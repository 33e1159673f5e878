import type { CommonOptions } from "./context.ts";

interface Given extends Pick<CommonOptions, "limit" | "acceptHostKeys" | "sudoPasswordFile"> {
  readonly overwrite?: boolean;
  readonly lockWait?: string;
}

const LOGIN = ["limit", "acceptHostKeys", "sudoPasswordFile"] as const;

/** What each verb takes of it. */
const TAKES: Record<"apply" | "plan" | "check" | "verify" | "generate", readonly (keyof Given)[]> = {
  generate: ["overwrite", "lockWait"],
  check: LOGIN,
  plan: [...LOGIN, "overwrite", "lockWait"],
  apply: [...LOGIN, "overwrite", "lockWait"],
  verify: [...LOGIN, "lockWait"],
};

/** The flags that a run was given, to be repeated in advice to run `verb`: those of them that it takes. */
export function flagsFor(verb: keyof typeof TAKES, given: Given): string[] {
  const { limit, acceptHostKeys, sudoPasswordFile, overwrite, lockWait } = given;
  const flags: Record<keyof Given, string[]> = {
    limit: limit === undefined ? [] : ["--limit", limit],
    acceptHostKeys: acceptHostKeys ? ["--accept-host-keys"] : [],
    // What stood on standard input has been read.
    sudoPasswordFile:
      sudoPasswordFile === undefined || sudoPasswordFile === "-" ? [] : ["--sudo-password-file", sudoPasswordFile],
    overwrite: overwrite ? ["--overwrite"] : [],
    lockWait: lockWait === undefined ? [] : ["--lock-wait", lockWait],
  };
  return TAKES[verb].flatMap((name) => flags[name]);
}
