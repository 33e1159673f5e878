import { z } from "zod";
import type { Path } from "./faults.ts";
import { stackFile } from "./schema.ts";

type Schema = z.core.$ZodType | undefined;

/** The schema of the setting at a path, without what makes it optional; undefined where there is no such setting. */
export function schemaAt(path: Path): Schema {
  return bare(outerAt(path));
}

/** The settings that a mapping may hold. */
export function keysAt(path: Path): readonly string[] {
  return Object.keys(shapeOf(schemaAt(path)));
}

/** Whether the setting at a path is a number. */
export function takesNumber(path: Path): boolean {
  return schemaAt(path) instanceof z.ZodNumber;
}

/** Whether a text may be a key of the mapping at a path whose keys are the user's to choose. */
export function isKeyAt(path: Path, key: string): boolean {
  const schema = schemaAt(path);
  return schema instanceof z.ZodRecord && z.safeParse(schema.keyType, key).success;
}

/** The first example that the schema gives for the setting at a path. */
export function exampleAt(path: Path): unknown {
  const schema = outerAt(path);
  const examples: unknown = schema === undefined ? undefined : z.globalRegistry.get(schema)?.["examples"];
  return Array.isArray(examples) ? examples[0] : undefined;
}

/** What the schema says of the setting at a path; undefined where it says nothing. */
export function descriptionAt(path: Path): string | undefined {
  for (let schema = outerAt(path); schema !== undefined; schema = inner(schema)) {
    const description = z.globalRegistry.get(schema)?.description;
    if (description !== undefined) return description;
  }
  return undefined;
}

/** What holds where the setting at a path is left out; undefined where the schema does not know. */
export function defaultAt(path: Path): unknown {
  const schema = outerAt(path);
  if (schema instanceof z.ZodDefault) return schema.def.defaultValue;
  const parent = path.length < 2 ? undefined : defaultAt(path.slice(0, -1));
  return (parent as Record<string, unknown> | undefined)?.[String(path.at(-1))];
}

function outerAt(path: Path): Schema {
  let schema: Schema = stackFile;
  for (const key of path) {
    const outer = bare(schema);
    if (outer instanceof z.ZodRecord) schema = outer.valueType;
    else if (outer instanceof z.ZodArray) schema = outer.element;
    else schema = Object.hasOwn(shapeOf(outer), key) ? shapeOf(outer)[key] : undefined;
  }
  return schema;
}

function bare(schema: Schema): Schema {
  const within = inner(schema);
  return within === undefined ? schema : bare(within);
}

/** What an optional setting, or one with a default, is made of. */
function inner(schema: Schema): Schema {
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return wrapped ? schema.unwrap() : undefined;
}

function shapeOf(schema: Schema): Readonly<Record<string, z.core.$ZodType>> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}
