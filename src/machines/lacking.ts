import { EXIT, QuintetError } from "../errors.ts";

export interface Lacking {
  readonly what: string;
  /** The command that mends it. */
  readonly mend: string;
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

/** Every command that mends something, once. */
export function mendAll(lacking: readonly Lacking[]): string {
  return [...new Set(lacking.map(({ mend }) => mend))].join(" && ");
}
