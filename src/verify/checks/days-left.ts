const DAY_MS = 86_400_000;

/** `apply` makes certificates anew in their last 30 days: one with less left than this was forgotten. */
const WARN_DAYS = 21;
export const FAIL_DAYS = 7;

/** How long a certificate still holds. `warning`: a sentence, while there is time. */
export function daysLeft(what: string, until: number, now: number) {
  const days = Math.floor((until - now) / DAY_MS);
  return {
    days,
    passed: days >= FAIL_DAYS,
    ...(days >= FAIL_DAYS && days < WARN_DAYS
      ? { warning: `${what} has ${days} days left: run apply, which makes a new one.` }
      : {}),
  };
}
