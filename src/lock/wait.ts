import { EXIT, QuintetError } from "../errors.ts";
import { shown } from "../stack/faults.ts";

const MS = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** What `--lock-wait SECONDS|MINUTESm` says, in milliseconds; 0 without it. */
export function lockWaitMs(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, count, unit = "s"] = /^(\d{1,5})([smh])?$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * MS[unit as keyof typeof MS];
  throw new QuintetError({
    message: `--lock-wait ${shown(text)} is no time.`,
    exitCode: EXIT.usage,
    step: "Read --lock-wait",
    next: "Give seconds or minutes, for example --lock-wait 90 or --lock-wait 10m.",
  });
}
