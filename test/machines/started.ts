import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import type { Event } from "../../src/events.ts";
import { program, type Run } from "./quintet.ts";

/** A run of the program that is still going on. */
export interface Started {
  /** The first such event, also one that has been already. Rejects when the run ends without one. */
  until(moment: (event: Event) => boolean): Promise<Event>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Run>;
}

/** Starts the program with --json. Killed when the test is over, if it still runs then. */
export function start(words: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(program, [...words, "--json"], { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  const events: Event[] = [];
  let stderr = "";
  let over = false;
  let tell = Promise.withResolvers<void>();
  const news = () => {
    tell.resolve();
    tell = Promise.withResolvers();
  };
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  createInterface(child.stdout).on("line", (line) => {
    events.push(JSON.parse(line) as Event);
    news();
  });
  const ended = once(child, "close").then(([exitCode]): Run => {
    over = true;
    news();
    return { exitCode: exitCode ?? undefined, events, stderr };
  });
  return {
    async until(moment) {
      for (;;) {
        const found = events.find(moment);
        if (found !== undefined) return found;
        if (over) throw new Error(`it ended without that:\n${stderr}`);
        await tell.promise;
      }
    },
    signal: (name) => void child.kill(name),
    ended,
  };
}
