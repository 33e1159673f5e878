import type { Keyboard } from "./keyboard.ts";
import type { Screen } from "./screen.ts";

/** How long a process may go on before the signal that stops it arrives. */
const STOPPING_MS = 50;

/**
 * Ctrl-Z: the terminal as it was, this process stopped, and everything back when the shell brings it to the front.
 * Where no shell could do that, the kernel does not stop it, and it goes on at once.
 */
export function suspend(keyboard: Keyboard, screen: Screen): void {
  keyboard.stop();
  screen.leave();
  process.kill(process.pid, "SIGTSTP");
  setTimeout(() => {
    screen.enter();
    keyboard.start();
    keyboard.redraw();
  }, STOPPING_MS);
}
