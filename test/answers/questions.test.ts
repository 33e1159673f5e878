import { expect, test } from "vitest";
import { z } from "zod";
import { QUESTIONS } from "../../src/answers/questions.ts";
import { stackFile } from "../../src/stack/schema.ts";
import { schemaAt } from "../../src/stack/schema-at.ts";

/** What hosts say for themselves is in their own items, and not asked apart. */
function settingsOf(schema: z.core.$ZodType, path: string[] = []): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return settingsOf(schema.unwrap() as z.core.$ZodType, path);
  }
  if (!(schema instanceof z.ZodObject)) return [path.join(".")];
  return Object.entries(schema.shape).flatMap(([key, inner]) => settingsOf(inner as z.core.$ZodType, [...path, key]));
}

/**
 * Nobody who describes a stack can know them yet, `verify` has flags for them; or who needs them writes them into
 * stack.yml, where they are explained.
 */
const NOT_ASKED =
  /^(drills\..*|routes\.dynamic|app\.(version|packages|migrate|workers|secrets|shared|processes|jobs|start_timeout_s|drain_timeout_s|keep))$/;

test("every setting of stack.yml has a question", () => {
  const asked = QUESTIONS.flatMap(({ path }) => (path === undefined ? [] : [path.join(".")]));
  expect(asked.sort()).toEqual(
    settingsOf(stackFile)
      .filter((path) => !NOT_ASKED.test(path))
      .sort(),
  );
});

test("choices are the ones that stack.yml knows, with a sentence each", () => {
  const choices = QUESTIONS.filter(({ kind, path }) => kind === "choice" && path !== undefined);
  expect(choices.length).toBeGreaterThan(3);
  for (const { path = [], choices: offered } of choices) {
    const schema = schemaAt(path);
    expect(schema instanceof z.ZodEnum ? schema.options : []).toEqual(offered.map(({ value }) => value));
    for (const { sentence } of offered) expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});

test("each question has a flag, a variable, a sentence and help of its own", () => {
  for (const { id, flag, variable, message, help } of QUESTIONS) {
    expect(flag, id).toMatch(/^--[a-z][a-z-]*[a-z]$/);
    expect(variable, id).toMatch(/^QUINTET_[A-Z_]+[A-Z]$/);
    expect(message, id).toMatch(/^[A-Z].*\?$/);
    expect(help, id).not.toBe(id === "layout" ? undefined : "");
  }
  for (const key of ["flag", "variable", "message"] as const) {
    expect(new Set(QUESTIONS.map((question) => question[key])).size).toBe(QUESTIONS.length);
  }
});

test("who asks all that has to be known asks twenty questions at most", () => {
  expect(QUESTIONS.filter(({ advanced }) => !advanced).length).toBeLessThanOrEqual(20);
});
