/** The part of process.stdout that is used. */
export interface ScreenOutput extends NodeJS.WritableStream {
  readonly columns?: number;
  readonly rows?: number;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What a terminal has where it does not say. */
const USUAL: Size = { columns: 80, rows: 24 };

const ENTER = "\x1b[?1049h\x1b[?2004h\x1b[H\x1b[2J";
const LEAVE = "\x1b[?2004l\x1b[?25h\x1b[?1049l";

/**
 * The terminal's second screen for the time of the wizard, with marked pastes. What stood on the terminal before is
 * there again afterwards, whatever ends the process.
 */
export class Screen {
  readonly #output: ScreenOutput;
  #entered = false;

  constructor(output: ScreenOutput) {
    this.#output = output;
  }

  get size(): Size {
    // A terminal of no size (some serial lines say so) is one that does not know it.
    return { columns: this.#output.columns || USUAL.columns, rows: this.#output.rows || USUAL.rows };
  }

  enter(): void {
    if (this.#entered) return;
    this.#entered = true;
    process.on("exit", this.leave);
    this.#output.write(ENTER);
  }

  /** To be called as a prompt begins and after a change of size: rows that the terminal wrapped anew go away. */
  clear(): void {
    this.#output.write("\x1b[H\x1b[2J");
  }

  onResize(listener: () => void): () => void {
    this.#output.on("resize", listener);
    return () => this.#output.removeListener("resize", listener);
  }

  readonly leave = (): void => {
    if (!this.#entered) return;
    this.#entered = false;
    process.removeListener("exit", this.leave);
    this.#output.write(LEAVE);
  };
}
