import type { Report } from "../schema.ts";

/** A time as people say it: "640 ms", "1.74 s", "2 min 5 s". */
export function duration(exact: number): string {
  const ms = Math.round(exact);
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 10_000) return `${trimmed(ms / 1_000, 2)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${trimmed(ms / 1_000, 1)} s`;
  if (seconds >= 3_600) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function optional(ms: number | null | undefined): string {
  return ms == null ? "–" : duration(ms);
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** "1 check", "2 checks". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** A moment in UTC: "2026-11-23 09:14:26 UTC". */
export function moment(stamp: string): string {
  return `${stamp.slice(0, 10)} ${stamp.slice(11, 19)} UTC`;
}

export function lengthOf({ startedAt, finishedAt }: Pick<Report, "startedAt" | "finishedAt">): string {
  return duration(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)));
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
