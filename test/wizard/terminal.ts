import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);
let terminals = 0;

export interface TerminalOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly columns?: number;
  readonly rows?: number;
  /** The whole environment, but for what tmux itself sets (TERM). */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A program in a real pseudo-terminal, held by a tmux server of its own: keys go in, the screen is read. Everything
 * waits for what the screen shows, up to a deadline.
 */
export class Terminal {
  readonly #socket: string;
  readonly #directory: string;

  private constructor(socket: string, directory: string) {
    this.#socket = socket;
    this.#directory = directory;
  }

  static async open({ argv, cwd, columns = 80, rows = 24, env = {} }: TerminalOptions): Promise<Terminal> {
    const socket = `quintet-${process.pid}-${++terminals}`;
    const directory = mkdtempSync(join(tmpdir(), "quintet-terminal-"));
    // The program is started by a file: no quoting can go wrong, and the shell stays to say how it ended.
    const start = join(directory, "start.sh");
    const variables = Object.entries({ PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", ...env });
    writeFileSync(
      start,
      [
        "#!/bin/sh",
        `cd ${quoted(cwd)}`,
        `env -i TERM="$TERM" ${variables.map(([name, value]) => quoted(`${name}=${value}`)).join(" ")} ${argv.map(quoted).join(" ")}`,
        'echo "[ended with $?]"',
        "exec cat",
        "",
      ].join("\n"),
    );
    const terminal = new Terminal(socket, directory);
    await terminal.#tmux(
      ...["new-session", "-d", "-x", String(columns), "-y", String(rows), "sh", start],
      ...[";", "set-option", "-g", "history-limit", "5000"],
      ...[";", "set-option", "-g", "status", "off"],
      ...[";", "set-option", "-g", "window-size", "manual"],
      ...[";", "set-option", "-s", "escape-time", "0"],
      ...[";", "resize-window", "-x", String(columns), "-y", String(rows)],
    );
    return terminal;
  }

  /** Names of keys as tmux knows them: Enter, Escape, Up, BSpace, C-c. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** Text as it stands, typed. */
  async type(text: string): Promise<void> {
    // tmux takes a semicolon at the end of an argument for one of its own.
    if (text !== "") await this.#tmux("send-keys", "-l", "--", text.replace(/;$/, "\\;"));
  }

  /** Text from the clipboard; `marked`: as the terminal marks pastes where the program has asked for it. */
  async paste(text: string, { marked = true } = {}): Promise<void> {
    const file = join(this.#directory, "paste");
    writeFileSync(file, text);
    await this.#tmux(
      "load-buffer",
      "-b",
      "paste",
      file,
      ";",
      "paste-buffer",
      "-d",
      "-b",
      "paste",
      ...(marked ? ["-p"] : []),
    );
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** What is on the screen now, without the blanks at the ends of lines. */
  async screen(): Promise<string> {
    const text = await this.#tmux("capture-pane", "-p");
    return text.replace(/[ \t]+$/gm, "").trimEnd();
  }

  /** The same with the escape sequences of colours. */
  async colours(): Promise<string> {
    return this.#tmux("capture-pane", "-p", "-e");
  }

  async cursor(): Promise<{ column: number; row: number; shown: boolean }> {
    const said = await this.#tmux("display-message", "-p", "#{cursor_x} #{cursor_y} #{cursor_flag}");
    const [column = 0, row = 0, shown = 0] = said.trim().split(" ").map(Number);
    return { column, row, shown: shown === 1 };
  }

  /** Waits until the screen shows the text, or is as the function wants it; returns the screen. */
  async shows(wanted: string | RegExp | ((screen: string) => boolean), timeoutMs = 30_000): Promise<string> {
    const fits = (screen: string) =>
      typeof wanted === "function"
        ? wanted(screen)
        : typeof wanted === "string"
          ? screen.includes(wanted)
          : wanted.test(screen);
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const screen = await this.screen();
      if (fits(screen)) return screen;
      if (Date.now() > deadline) {
        throw new Error(`The screen did not show ${String(wanted)} within ${timeoutMs} ms, but:\n${screen}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Waits until the program has ended; returns its exit code. */
  async exitCode(timeoutMs = 30_000): Promise<number> {
    const screen = await this.shows(/\[ended with \d+\]/, timeoutMs);
    return Number(/\[ended with (\d+)\]/.exec(screen)?.[1]);
  }

  /** Ends this terminal's tmux server, and with it what runs there. */
  async close(): Promise<void> {
    await this.#tmux("kill-server").catch(() => {});
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #tmux(...args: string[]): Promise<string> {
    const env = { ...process.env, TMUX: undefined, TERM: "xterm-256color" };
    const { stdout } = await exec("tmux", ["-L", this.#socket, "-f", "/dev/null", ...args], { env, timeout: 10_000 });
    return stdout;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
