import type { Keyboard } from "../terminal/keyboard.ts";
import type { Screen, ScreenOutput } from "../terminal/screen.ts";
import type { Line } from "./page.ts";

/** What happens in the background, to be shown under whatever is asked. */
export interface Live {
  lines(columns: number): readonly Line[];
  /** Calls the listener after each change, until the function that it returns is called. */
  subscribe(listener: () => void): () => void;
}

/** What every prompt needs besides its question. */
export interface Scene {
  readonly keyboard: Keyboard;
  readonly screen: Screen;
  readonly output: ScreenOutput;
  /** Ends the prompt: it rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly title: string;
  readonly progress: string;
  readonly given: readonly (readonly [label: string, value: string])[];
  readonly live: Live;
  /** What Esc does here. */
  readonly escapeTo: string;
}

export const BACK = Symbol("back");
export type Back = typeof BACK;
