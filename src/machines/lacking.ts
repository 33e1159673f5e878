import { EXIT, QuintetError } from "../errors.ts";

export interface Lacking {
  readonly what: string;
  /** The command that mends it. */
  readonly mend: string;
  /** Whether it can never be had on this computer. */
  readonly isFinal?: true;
}

/** Fails early, with all that is lacking in one error. */
export function refuseLacking(lacking: readonly Lacking[], machines = "rehearsal machines"): void {
  if (lacking.length === 0) return;
  throw new QuintetError({
    message: `This computer cannot run ${machines}: it lacks ${lacking.map(({ what }) => what).join("; ")}.`,
    exitCode: EXIT.preflight,
    step: "machines",
    next: mendAll(lacking),
  });
}

const INSTALL = "sudo apt-get install ";

/** All that mends it in one line: packages are installed by one command, and what is no command comes last. */
export function mendAll(lacking: readonly Lacking[]): string {
  const mends = [...new Set(lacking.map(({ mend }) => mend))];
  const packages = mends.filter((mend) => mend.startsWith(INSTALL)).map((mend) => mend.slice(INSTALL.length));
  const others = mends.filter((mend) => !mend.startsWith(INSTALL));
  const isSentence = (mend: string) => /^[A-Z]/.test(mend);
  const commands = [
    ...(packages.length === 0 ? [] : [INSTALL + packages.join(" ")]),
    ...others.filter((mend) => !isSentence(mend)),
  ].join(" && ");
  return [...(commands === "" ? [] : [commands]), ...others.filter(isSentence)].join("; ");
}
