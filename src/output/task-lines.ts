import type { Event } from "../events.ts";
import { bounded, duration, indent, wrap } from "./text.ts";

type TaskEvent = Extract<Event, { type: "task" }>;

/** Of a step's tasks that changed nothing, a terminal shows this many: the last ones. */
const MOST_UNCHANGED = 300;

/** "web1: changed: web: Configure Nginx (1.5 s)" */
export function taskLine({ host, role, task, status, durationMs }: TaskEvent): string {
  const said = status === "failed" || status === "unreachable" ? status.toUpperCase() : status;
  return `${host}: ${said}: ${role === undefined ? "" : `${role}: `}${task} (${duration(durationMs)})`;
}

/** The same with what the task changed. */
export function taskLines(event: TaskEvent): string[] {
  return [taskLine(event), ...(event.diff === undefined ? [] : indent(event.diff, 4))];
}

/** All tasks of a step that ran, for a screen. Whatever failed or changed something is always among them. */
export function stepTaskLines(tasks: readonly TaskEvent[], columns: number): string[] {
  let left = tasks.filter(({ status }) => status === "ok").length - MOST_UNCHANGED;
  const note = left > 0 ? [`… ${left} tasks that changed nothing left out …`] : [];
  const shown = tasks.filter(({ status }) => status !== "skipped" && !(status === "ok" && left-- > 0));
  return [
    ...note,
    ...shown.flatMap(({ diff, ...task }) => [
      ...wrap(taskLine(task), columns),
      ...(diff === undefined ? [] : indent(bounded(diff), 4)),
    ]),
  ];
}
