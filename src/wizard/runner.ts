import { BACK, type Back } from "./prompts/scene.ts";

/** `silent`: there was nothing to ask, so the walk goes on in the direction in which it went. */
export type Outcome = "next" | "silent" | Back;

/** One page of the wizard, or a few that belong together. */
export interface Step {
  readonly id: string;
  /** Whether it is one of the questions that "question 3 of 9" counts. */
  readonly counted: boolean;
  /** `backwards`: whether the user came here by going back. */
  ask(progress: string, backwards: boolean): Promise<Outcome>;
}

export interface Walk {
  /** The steps as things stand: an answer may bring further ones or take some away. */
  readonly steps: () => readonly Step[];
  /** The step to begin with; undefined: the first. */
  readonly start?: string | undefined;
  /** Called after each step that was answered. */
  readonly answered: (id: string) => void;
}

/** Asks one step after the other, back and forth. "left": back was asked for at the first one. */
export async function walk({ steps, start, answered }: Walk): Promise<"done" | "left"> {
  let current = start ?? steps()[0]?.id;
  let backwards = false;
  while (current !== undefined) {
    const before = steps();
    const at = before.findIndex(({ id }) => id === current);
    const step = before[at];
    if (step === undefined) throw new Error(`There is no step ${current}.`);
    const outcome = await step.ask(progressOf(before, at), backwards);
    if (outcome === "next") answered(step.id);
    if (outcome !== "silent") backwards = outcome === BACK;
    // The answer may have changed what comes after this step, never what came before it.
    const now = steps();
    const here = now.findIndex(({ id }) => id === current);
    const next = now[(here === -1 ? at : here) + (backwards ? -1 : 1)];
    if (next === undefined && backwards) return "left";
    current = next?.id;
  }
  return "done";
}

function progressOf(steps: readonly Step[], at: number): string {
  if (!steps[at]?.counted) return "";
  const counted = steps.filter((step) => step.counted);
  const number = steps.slice(0, at + 1).filter((step) => step.counted).length;
  return `question ${number} of ${counted.length}`;
}
