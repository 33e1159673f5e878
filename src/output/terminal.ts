import { styleText } from "node:util";
import type { Event } from "../events.ts";
import { loadRow } from "./load-line.ts";
import type { Output, OutputOptions } from "./output.ts";
import type { StepView } from "./step-list.ts";
import { tableLines } from "./table.ts";
import { stepTaskLines } from "./task-lines.ts";
import { errorLines, warningLines, wrap } from "./text.ts";

/** Steps that move while they run. Everything else waits until the step is over, so that nothing tears the picture. */
export function terminalSink({ stdout, stderr, color, verbose, now = () => new Date() }: OutputOptions): Output {
  const colourOf = coloursOfHosts();
  const paint = (style: "red" | "yellow" | "bold" | (typeof COLOURS)[number]) => (text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  let current: StepView | undefined;
  let currentSince = 0;
  let held: Event[] = [];
  let tasks: Extract<Event, { type: "task" }>[] = [];
  /** Events are worked off one after another: ending a step takes listr2 a moment. */
  let queue = Promise.resolve();

  const print = (event: Event) => {
    const columns = stdout.columns || 80;
    const out = (lines: readonly string[]) => stdout.write(`${lines.join("\n")}\n`);
    const wrapped = (lines: readonly string[]) => lines.flatMap((line) => wrap(line, columns));
    // The word says what it is; the colour only repeats it.
    const err = (lines: readonly string[], word: string, style: "red" | "yellow") => {
      const text = wrapped(lines).join("\n");
      stderr.write(`${text.startsWith(word) ? paint(style)(word) + text.slice(word.length) : text}\n`);
    };
    switch (event.type) {
      case "warning":
        err(warningLines(event), "Warning:", "yellow");
        break;
      case "info":
        out(wrapped(event.message.split("\n")));
        break;
      case "table":
        out(["", ...tableLines(event, columns, paint("bold"))]);
        break;
      case "log":
        out([`${paint(colourOf(event.host))(event.host)} | ${event.line}`]);
        break;
      case "document":
        out([event.text.trimEnd()]);
        break;
      case "error":
        stderr.write("\n");
        err(errorLines(event.error), "Error:", "red");
        break;
      case "result":
        if (event.text.length > 0) out(["", ...wrapped(event.text)]);
        break;
    }
  };

  const printTasks = () => {
    const lines = stepTaskLines(tasks, stdout.columns || 80);
    if (lines.length > 0) stdout.write(`${lines.join("\n")}\n`);
    tasks = [];
  };

  const finish = async (event: Extract<Event, { type: "step-finished" }>) => {
    if (current?.step !== event.step) return;
    await current.finish(event);
    current = undefined;
    printTasks();
    for (const waiting of held) print(waiting);
    held = [];
  };

  const handle = async (event: Event, at: number): Promise<void> => {
    switch (event.type) {
      case "step-started":
        if (current === undefined) {
          const { showStep } = await import("./step-list.ts");
          current = showStep(event, { stdout, stderr, color, now });
          currentSince = at;
        }
        break;
      case "step-finished":
        await finish(event);
        break;
      case "row":
        if (current?.step === event.step) current.row(event, at);
        break;
      case "load":
        if (current?.step === event.step) current.row(loadRow(event), at);
        break;
      case "task":
        if (verbose) tasks.push(event);
        if (current === undefined) printTasks();
        break;
      default:
        if (current === undefined) print(event);
        else held.push(event);
    }
  };

  return {
    emit(event) {
      const at = now().getTime();
      queue = queue.then(() => handle(event, at));
    },
    async close() {
      await queue;
      if (current !== undefined) {
        const durationMs = now().getTime() - currentSince;
        await finish({ type: "step-finished", step: current.step, status: "failed", durationMs });
      }
    },
  };
}

const COLOURS = ["cyan", "magenta", "green", "blue", "yellow"] as const;

/** Each host has a colour of its own, as far as there are colours; the name stands there, too. */
function coloursOfHosts(): (host: string) => (typeof COLOURS)[number] {
  const hosts: string[] = [];
  return (host) => {
    if (!hosts.includes(host)) hosts.push(host);
    return COLOURS[hosts.indexOf(host) % COLOURS.length] ?? "cyan";
  };
}
