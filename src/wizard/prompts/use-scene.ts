import { useEffect, useKeypress, useRef, useState } from "@inquirer/core";
import type { Key } from "../terminal/keys.ts";
import type { Scene } from "./scene.ts";

/** readline as Inquirer hands it on; it writes its line here, and Inquirer places the cursor by it. */
export interface ReadLine {
  line: string;
  cursor: number;
  pause(): unknown;
}

/** Draws the prompt again when the background has news or the terminal has another size. */
export function useScene({ screen, live }: Scene): { readline: () => ReadLine | undefined } {
  const readline = useRef<ReadLine | undefined>(undefined);
  const [, setDrawn] = useState(0);
  useEffect((rl) => {
    readline.current = rl as unknown as ReadLine;
    let times = 0;
    let queued: NodeJS.Immediate | undefined;
    // Several changes at once are one drawing.
    const draw = () => {
      queued ??= setImmediate(() => {
        queued = undefined;
        setDrawn(++times);
      });
    };
    const stops = [
      live.subscribe(draw),
      screen.onResize(() => {
        screen.clear();
        draw();
      }),
      () => clearImmediate(queued),
    ];
    draw();
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return { readline: () => readline.current };
}

/** Each key of the wizard's keyboard. After `settle` the following ones wait for the next prompt. */
export function useKey(screen: Scene["screen"], handle: (key: Key, settle: () => void) => void): void {
  const [, setRedrawn] = useState(0);
  useKeypress((event, rl) => {
    const { key } = event as unknown as { key?: Key };
    if (key === undefined) return;
    if (key.name === "redraw") {
      screen.clear();
      setRedrawn(Date.now());
      return;
    }
    handle(key, () => rl.pause());
  });
}
