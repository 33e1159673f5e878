import { readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Where paths are typed. */
export interface Around {
  readonly cwd: string;
  readonly home: string;
}

export function absolutePath(typed: string, { cwd, home }: Around): string {
  return typed === "~" || typed.startsWith("~/") ? path.join(home, typed.slice(1)) : path.resolve(cwd, typed);
}

/** Why an answer that names a directory or a file of this computer is doubtful. */
export function doubtAboutPath(kind: "directory" | "file", typed: string, around: Around): string | undefined {
  try {
    const stats = statSync(absolutePath(typed, around));
    return (kind === "directory" ? stats.isDirectory() : stats.isFile()) ? undefined : `${typed} is no ${kind}.`;
  } catch {
    return `There is no ${kind} ${typed}.`;
  }
}

/** How an application says itself that it is started: the start script of its package.json. */
export function startCommandOf(source: string, around: Around): string | undefined {
  try {
    const text = readFileSync(path.join(absolutePath(source, around), "package.json"), "utf8");
    const start = (JSON.parse(text) as { scripts?: { start?: unknown } }).scripts?.start;
    return typeof start === "string" && start.trim() !== "" ? start : undefined;
  } catch {
    return undefined;
  }
}
