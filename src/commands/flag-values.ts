import { EXIT, QuintetError } from "../errors.ts";
import { shown } from "../stack/faults.ts";

const MS = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** What a flag says of a time, `90`, `90s`, `10m` or `1h`, in milliseconds; undefined without it. */
export function timeFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = "s"] = /^(\d{1,5})([smh])?$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * MS[unit as keyof typeof MS];
  throw new QuintetError({
    message: `${flag} ${shown(text)} is no time.`,
    exitCode: EXIT.usage,
    step: `Read ${flag}`,
    next: `Give seconds or minutes, for example ${flag} 90 or ${flag} 10m.`,
  });
}

/** How long to wait for a lock that another run holds, in milliseconds; 0 without the flag. */
export function lockWaitMs(text: string | undefined): number {
  return timeFlag("--lock-wait", text) ?? 0;
}

/** What a flag says as a whole number from `least` to `most`; undefined without it. */
export function numberFlag(flag: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new QuintetError({
    message: `${flag} ${shown(text)} is not a whole number from ${least} to ${most}.`,
    exitCode: EXIT.usage,
    step: `Read ${flag}`,
    next: `Give one, for example ${flag} ${Math.max(least, Math.min(most, 100))}.`,
  });
}
