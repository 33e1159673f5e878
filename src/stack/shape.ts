import { z } from "zod";
import { type Draft, prune, valueAt } from "./draft.ts";
import { listed, type Path, type Report, shown } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { type StackFile, stackFile } from "./schema.ts";
import { exampleAt, keysAt, schemaAt } from "./schema-at.ts";

export interface Shape {
  /** Undefined where a fault was reported. */
  readonly file: StackFile | undefined;
  readonly draft: Draft;
}

/** Reports each setting that is unknown, missing, or of another type than the schema wants. */
export function readShape(value: unknown, report: Report): Shape {
  const result = stackFile.safeParse(value);
  if (result.success) return { file: result.data, draft: value as Draft };
  const issues = result.error.issues;
  const misspelt = reportUnknownKeys(issues, report);
  const seen = new Set(misspelt);
  for (const issue of issues) {
    const path = issue.path as Path;
    if (issue.code === "unrecognized_keys" || seen.has(JSON.stringify(path))) continue;
    seen.add(JSON.stringify(path));
    const at = issue.code === "invalid_key" ? "key" : "value";
    report(path, ...sentences(issue, path, valueAt(value, path)), at);
  }
  return { file: undefined, draft: prune(value, issues.flatMap(pathsOf)) };
}

/** Where a fault is: at the unknown keys themselves, not at the mapping that holds them. */
function pathsOf(issue: z.core.$ZodIssue): Path[] {
  const path = issue.path as Path;
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
}

/** Returns the (JSON) paths of the missing keys that unknown ones were meant to be. */
function reportUnknownKeys(issues: readonly z.core.$ZodIssue[], report: Report): string[] {
  const missing = new Set(issues.filter(({ code }) => code === "invalid_type").map(({ path }) => JSON.stringify(path)));
  const misspelt: string[] = [];
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const path = issue.path as Path;
    const known = keysAt(path);
    for (const key of issue.keys) {
      const meant = nearest(key, known);
      const expected = meant === undefined ? `Known here: ${listed(known)}.` : `Did you mean ${meant}?`;
      report([...path, key], "There is no such setting.", expected, "key");
      const meantPath = JSON.stringify([...path, meant]);
      if (meant !== undefined && missing.has(meantPath)) misspelt.push(meantPath);
    }
  }
  return misspelt;
}

function sentences(issue: z.core.$ZodIssue, path: Path, value: unknown): [message: string, expected: string] {
  const schema = schemaAt(path);
  if (value === undefined && issue.code !== "invalid_key") return ["This setting is missing.", example(path)];
  switch (issue.code) {
    case "invalid_type":
      if (value === null) return [path.length === 0 ? "The file is empty." : "There is no value.", example(path)];
      return [`${described(value, schema)}.`, typeSentence(schema)];
    case "invalid_key":
      return [`${shown(path.at(-1))} cannot be a name here.`, `Give ${issue.issues[0]?.message}.`];
    case "invalid_format":
      return [`${shown(value)} is not allowed here.`, `Give ${issue.message}.`];
    case "invalid_value": {
      const known = issue.values.map(String);
      const give = `Give ${listed(known, "or")}.`;
      if (typeof value !== "string") return [`${described(value, schema)}.`, give];
      const meant = nearest(value, known);
      const expected = meant === undefined ? give : `Did you mean ${meant}?`;
      const message = known.length === 1 ? "is not known here" : `is not one of ${listed(known)}`;
      return [`${shown(value)} ${message}.`, expected];
    }
    case "too_small":
      if (issue.origin === "array") return ["The list is empty.", "Give at least one."];
      if (issue.origin === "string") return ["The text is empty.", example(path)];
      return [`${shown(value)} is less than ${issue.minimum}.`, typeSentence(schema)];
    case "too_big":
      if (issue.origin === "array") return [`The list has more than ${issue.maximum} items.`, "Shorten it."];
      if (issue.origin === "string") return [`The text is longer than ${issue.maximum} characters.`, "Shorten it."];
      return [`${shown(value)} is more than ${largest(schema) ?? issue.maximum}.`, typeSentence(schema)];
    case "not_multiple_of":
      return [`${shown(value)} is not a multiple of ${issue.divisor}.`, `Give a multiple of ${issue.divisor}.`];
    default:
      return [`${shown(value)} is not allowed here.`, `${issue.message}.`];
  }
}

function described(value: unknown, schema: z.core.$ZodType | undefined): string {
  if (typeof value === "number" && schema instanceof z.ZodNumber) return `${value} is not a whole number`;
  if (Array.isArray(value)) return "This is a list";
  if (typeof value === "object") return "This is a mapping";
  if (typeof value === "string") return `${shown(value)} is text`;
  return typeof value === "number" ? `${value} is a number` : `${value} is neither text nor a number`;
}

function typeSentence(schema: z.core.$ZodType | undefined): string {
  if (schema instanceof z.ZodNumber) return `Give a whole number from ${schema.minValue} to ${schema.maxValue}.`;
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return "Give text; quotes make text of anything.";
  if (schema instanceof z.ZodArray) return "Give a list such as [a, b].";
  return "Give a mapping: one key: value a line.";
}

function largest(schema: z.core.$ZodType | undefined): number | null {
  return schema instanceof z.ZodNumber ? schema.maxValue : null;
}

/** How to add a missing setting, from the schema's example. */
function example(path: Path): string {
  const value = exampleAt(path);
  if (path.length === 0 || value === undefined) return typeSentence(schemaAt(path));
  return `Add it, such as ${String(path.at(-1))}: ${inline(value)}.`;
}

/** As YAML in one line. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${inline(inner)}`)
    .join(", ")} }`;
}
