import { EventEmitter } from "node:events";
import { StringDecoder } from "node:string_decoder";
import { type Key, splitKeys } from "./keys.ts";

/** The part of process.stdin that is used. */
export interface KeyboardInput extends NodeJS.EventEmitter {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** What the terminal itself would do on these keys, were it not in raw mode. */
interface KeyboardSignals {
  readonly interrupt: () => void;
  readonly suspend: () => void;
}

/** How long the rest of a key or of a paste may be on its way. */
const REST_MS = 60;
const PASTE_REST_MS = 1_000;

/**
 * The keyboard during a whole wizard, given to every prompt as its input. It stays in raw mode between prompts, so
 * what is typed ahead is neither lost nor echoed; a paste is one key, not thousands; Esc needs no half second; and
 * Ctrl-C is heard at any moment.
 */
export class Keyboard extends EventEmitter {
  /** Set while a question takes several lines: then text with line breaks is a paste, also without the brackets. */
  takesLines = false;

  readonly #input: KeyboardInput;
  readonly #interrupt: () => void;
  readonly #suspend: () => void;
  readonly #decoder = new StringDecoder("utf8");
  readonly #queue: Key[] = [];
  #rest = "";
  #timer: NodeJS.Timeout | undefined;
  #paused = true;

  constructor(input: KeyboardInput, { interrupt, suspend }: KeyboardSignals) {
    super();
    this.#input = input;
    this.#interrupt = interrupt;
    this.#suspend = suspend;
    // Each prompt listens with some ends of its own.
    this.setMaxListeners(0);
  }

  start(): void {
    this.#input.setRawMode?.(true);
    this.#input.on("data", this.#onData);
    this.#input.on("end", this.#interrupt);
    this.#input.resume();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#input.removeListener("data", this.#onData);
    this.#input.removeListener("end", this.#interrupt);
    this.#input.setRawMode?.(false);
    this.#input.pause();
  }

  /** As if the user had asked for the page to be drawn anew. */
  redraw(): void {
    this.#queue.push({ name: "redraw" });
    this.#deliver();
  }

  /** Called by readline as a prompt begins: the keys that have waited are for it. */
  resume(): this {
    this.#paused = false;
    setImmediate(() => this.#deliver());
    return this;
  }

  /** Called by readline as a prompt ends: further keys wait for the next one. */
  pause(): this {
    this.#paused = true;
    return this;
  }

  readonly #onData = (chunk: Buffer | string): void => {
    clearTimeout(this.#timer);
    this.#rest += typeof chunk === "string" ? chunk : this.#decoder.write(chunk);
    // A person's key is a chunk of its own; characters with their Enter in one chunk may be the beginning of a paste.
    const burst = this.takesLines && !this.#rest.includes("\x1b") && /[^\r\n]{2}[\r\n]/.test(this.#rest);
    if (!burst) this.#split(false);
    if (this.#rest === "") return;
    const paste = this.#rest.startsWith("\x1b[200~");
    this.#timer = setTimeout(() => this.#split(true), paste ? PASTE_REST_MS : REST_MS);
  };

  #split(final: boolean): void {
    const lines = this.takesLines && !this.#rest.includes("\x1b") && /[^\r\n]{2}[\r\n]+[^\r\n]/.test(this.#rest);
    const { keys, rest } = lines
      ? { keys: [{ name: "paste" as const, text: this.#rest }], rest: "" }
      : splitKeys(this.#rest, final);
    this.#rest = rest;
    for (const key of keys) {
      if (key.name === "interrupt") this.#interrupt();
      else if (key.name === "suspend") this.#suspend();
      else this.#queue.push(key);
    }
    this.#deliver();
  }

  #deliver(): void {
    while (!this.#paused) {
      const key = this.#queue.shift();
      if (key === undefined) return;
      // readline gets no text and no name that it knows: the prompts edit their lines themselves.
      this.emit("keypress", undefined, { name: undefined, sequence: "", ctrl: false, meta: false, shift: false, key });
    }
  }
}
