import { z } from "zod";

/** Who takes a lock, and for what. Travels as one line of text; others are shown it. */
export interface Claim {
  /** One of its own for each run. */
  readonly run: string;
  readonly user: string;
  /** The computer that it runs on. */
  readonly computer: string;
  /** As it would be typed, without anything secret. */
  readonly command: string;
}

/** Somebody who has the lock of a host. What they said of themselves is not to be trusted. */
export interface Holder {
  readonly claim: Claim | undefined;
  /** How long, and how long without a sign of life; undefined where that is not known. */
  readonly heldMs: number | undefined;
  readonly silentMs: number | undefined;
}

export type Answer =
  | { readonly kind: "taken"; readonly afterAnother: boolean }
  | { readonly kind: "held"; readonly holder: Holder };

const LONGEST = 200;
const text = z.string().max(LONGEST);
const claimLine = z.object({ run: text, user: text, computer: text, command: text });

/** One line, whatever is in it, and short enough for the script to read as a whole. */
export function lineOf(claim: Claim): string {
  const cut = (value: string) => [...value.toWellFormed()].slice(0, LONGEST / 2).join("");
  const { run, user, computer, command } = claim;
  return JSON.stringify({ run, user: cut(user), computer: cut(computer), command: cut(command) });
}

/** What the script has said so far; undefined: its answer is not complete yet. */
export function answerOf(lines: readonly string[]): Answer | undefined {
  const [first, second] = lines;
  if (first === "taken" || first === "taken after another") {
    return { kind: "taken", afterAnother: first !== "taken" };
  }
  const held = /^held (\d+) (\d+|-) (\d+|-)$/.exec(first ?? "");
  if (held === null || second === undefined) return undefined;
  const [now, since, alive] = held.slice(1).map((word) => (word === "-" ? undefined : Number(word)));
  // Both are of the host's clock: ours may be another.
  const ago = (moment: number | undefined) =>
    now === undefined || moment === undefined ? undefined : Math.max(0, now - moment) * 1000;
  return { kind: "held", holder: { claim: parseClaim(second), heldMs: ago(since), silentMs: ago(alive) } };
}

/** undefined: it is none. */
export function parseClaim(line: string): Claim | undefined {
  try {
    return claimLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
