import {
  type DefaultRenderer,
  figures,
  Listr,
  ListrDefaultRendererLogLevels,
  ListrLogger,
  ProcessOutput,
} from "listr2";
import type { Event } from "../events.ts";
import type { TextStream } from "./output.ts";
import { type RowEvent, rowLine } from "./rows.ts";
import { sized } from "./sized.ts";
import { duration, truncate } from "./text.ts";

type StepStarted = Extract<Event, { type: "step-started" }>;
type StepFinished = Extract<Event, { type: "step-finished" }>;

interface Row {
  latest: RowEvent;
  startedAt: number | undefined;
  endedAt: number | undefined;
  setTitle: (title: string) => void;
  /** Draws the row as one that never ran. */
  skip: () => void;
  readonly end: PromiseWithResolvers<void>;
}

export interface StepView {
  readonly step: string;
  /** `at`: when it happened, milliseconds. */
  row(event: RowEvent, at: number): void;
  /** Resolves when the last picture stands on the screen and the cursor is back. */
  finish(event: StepFinished): Promise<void>;
}

/** Shows one step with listr2: its title, and below it a row a host, until it is finished. */
export function showStep(
  { step, title, rows = [] }: StepStarted,
  { stdout, stderr, color, now }: { stdout: TextStream; stderr: TextStream; color: boolean; now: () => Date },
): StepView {
  const time = () => now().getTime();
  const columns = () => stdout.columns || 80;
  const nameWidth = Math.max(0, ...rows.map((row) => row.length));
  const state = new Map<string, Row>(rows.map((row) => [row, newRow(step, row)]));
  /** listr2 has begun every task: before that it has no title to change. */
  const begun = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  finished.promise.catch(() => {});
  let setTitle = (_title: string): void => {};
  let setOutput = (_text: string): void => {};

  const line = ({ latest, startedAt, endedAt }: Row) => {
    const elapsedMs = startedAt === undefined ? undefined : (endedAt ?? time()) - startedAt;
    return rowLine(latest, { nameWidth, columns: columns(), elapsedMs });
  };
  const refresh = () => {
    for (const row of state.values()) row.setTitle(line(row));
  };

  const output = new ProcessOutput(sized(stdout) as NodeJS.WriteStream, stderr as NodeJS.WriteStream);
  const list = new Listr(
    [
      {
        title: truncate(title, columns() - 4),
        task: (_, task) => {
          setTitle = (text) => {
            task.title = truncate(text, columns() - 4);
          };
          setOutput = (text) => {
            task.output = truncate(text, columns() - 6);
          };
          const untilFinished = () => {
            begun.resolve();
            return finished.promise;
          };
          if (state.size === 0) return untilFinished();
          const rowTasks = [...state.values()].map((row) => ({
            title: line(row),
            task: (_: unknown, rowTask: { title: string; skip: (message: string) => void }) => {
              row.setTitle = (text) => {
                rowTask.title = text;
              };
              row.skip = () => rowTask.skip(line(row));
              return row.end.promise;
            },
          }));
          // Without a title it is not drawn; it keeps the step open until the step itself has ended.
          return task.newListr([...rowTasks, { task: untilFinished }], {
            concurrent: true,
            exitOnError: false,
          });
        },
      },
    ],
    {
      renderer: "default",
      forceTTY: true,
      exitOnError: false,
      // Ctrl-C is handled in one place, which closes the output.
      registerSignalListeners: false,
      rendererOptions: {
        logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput: output }),
        formatOutput: "truncate",
        showErrorMessage: false,
        icon: {
          [ListrDefaultRendererLogLevels.COMPLETED_WITH_FAILED_SUBTASKS]: figures.cross,
          [ListrDefaultRendererLogLevels.FAILED_WITH_FAILED_SUBTASKS]: figures.cross,
        },
        color: colors(color),
      },
    },
  );
  const ran = list.run().then(
    () => {},
    () => {},
  );
  const timer = setInterval(refresh, 1000);
  // A program that ends without closing its output must not leave the terminal without a cursor.
  const onExit = () => output.release();
  process.once("exit", onExit);

  return {
    step,
    row(event, at) {
      const row = state.get(event.row);
      if (row === undefined) {
        setOutput(rowLine(event, { nameWidth: event.row.length, columns: columns(), elapsedMs: undefined }));
        return;
      }
      row.latest = event;
      if (event.status !== "waiting") row.startedAt ??= at;
      row.endedAt = event.status === "running" || event.status === "waiting" ? undefined : (row.endedAt ?? at);
      row.setTitle(line(row));
      // A failed row stays open: what failed may be made good yet, and only the end of the step tells.
      if (event.status === "done") row.end.resolve();
    },
    async finish({ status, durationMs, summary }) {
      clearInterval(timer);
      await Promise.race([begun.promise, ran]);
      refresh();
      for (const row of state.values()) {
        const { status: rowStatus } = row.latest;
        if (rowStatus === "waiting") row.skip();
        const whole =
          rowStatus === "done" || rowStatus === "waiting" || (rowStatus === "running" && status !== "failed");
        if (whole) row.end.resolve();
        else row.end.reject(new Error(rowStatus));
      }
      const word = status === "done" ? "" : ` ${status}`;
      setTitle(`${title}${word}  ${duration(durationMs)}${summary === undefined ? "" : `  ${summary}`}`);
      if (status === "failed") finished.reject(new Error("failed"));
      else finished.resolve();
      await ran;
      process.removeListener("exit", onExit);
    },
  };
}

function newRow(step: string, row: string): Row {
  const end = Promise.withResolvers<void>();
  // The list may have been ended before it looks at the row.
  end.promise.catch(() => {});
  const latest: RowEvent = { type: "row", step, row, status: "waiting", text: "" };
  return { latest, startedAt: undefined, endedAt: undefined, setTitle: () => {}, skip: () => {}, end };
}

/** Colours of the icons: listr2's own, with red for what failed; none at all where colour is not wanted. */
function colors(color: boolean): NonNullable<typeof DefaultRenderer.rendererOptions.color> {
  const { FAILED_WITH_FAILED_SUBTASKS, COMPLETED_WITH_FAILED_SUBTASKS } = ListrDefaultRendererLogLevels;
  const red = (text?: string) => `\u001b[31m${text}\u001b[39m`;
  if (color) return { [FAILED_WITH_FAILED_SUBTASKS]: red, [COMPLETED_WITH_FAILED_SUBTASKS]: red };
  const plain = (text?: string) => text ?? "";
  return Object.fromEntries(Object.values(ListrDefaultRendererLogLevels).map((level) => [level, plain]));
}
