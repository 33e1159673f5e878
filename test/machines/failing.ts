import { expect } from "vitest";
import type { CommandOptions } from "../../src/command.ts";
import type { QuintetErrorFields } from "../../src/errors.ts";
import { eventsOf, quintet, type Run } from "./quintet.ts";

/** Runs the program, which has to fail with this exit code, say why to people too, and show no stack trace. */
export async function failing(
  exitCode: number,
  words: readonly string[],
  options: CommandOptions = {},
): Promise<Run & { errors: QuintetErrorFields[] }> {
  const run = await quintet(words, options);
  const errors = eventsOf(run, "error").map(({ error }) => error);
  expect({ exitCode: run.exitCode, errors }).toEqual({ exitCode, errors: expect.arrayContaining([expect.anything()]) });
  for (const { message } of errors) expect(run.stderr).toContain(`Error: ${message}`);
  expect(errors.filter((error) => error.exitCode !== exitCode)).toEqual([]);
  expect(run.stderr + JSON.stringify(run.events)).not.toMatch(/\bat .*\.[jt]s:\d+:\d+|Traceback \(most recent call/);
  return { ...run, errors };
}
