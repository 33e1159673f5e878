import type { AnsibleEvent } from "./events.ts";

/** An event as the log file has it, without the time: one line, and what the machine said indented below it. */
export function logLines(event: AnsibleEvent): string[] {
  switch (event.event) {
    case "playbook":
      return [`hosts: ${Object.keys(event.hosts).join(", ")}`];
    case "play":
      return [`play: ${event.name}`];
    case "no-hosts":
      return ["play without hosts"];
    case "include":
      return [`include ${event.file} for ${event.hosts.join(", ")}`];
    case "task-start":
      return [];
    case "retry":
      return [`${named(event)}: try ${event.attempt} of ${event.of} failed`];
    case "item-failed":
      return [`${named(event)}: item ${event.item} failed`];
    case "task-end": {
      const below = [event.message, event.diff].filter((text) => text !== undefined);
      return [`${named(event)}: ${event.status}, ${event.ms} ms`, ...below.flatMap(indented)];
    }
    case "stats":
      return Object.entries(event.hosts).map(
        ([host, counts]) =>
          `${host}: ${Object.entries(counts)
            .map(([name, count]) => `${name} ${count}`)
            .join(", ")}`,
      );
  }
}

function named({ host, role, task }: { host: string; role: string | null; task: string }): string {
  return `${host}: ${role === null ? "" : `${role}: `}${task}`;
}

function indented(text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`);
}
