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

/** The first example that the schema gives for the setting at a path. */
export function exampleAt(path: Path): unknown {
  const schema = outerAt(path);
  const examples: unknown = schema === undefined ? undefined : z.globalRegistry.get(schema)?.["examples"];
  return Array.isArray(examples) ? examples[0] : undefined;
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
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return wrapped ? bare(schema.unwrap()) : schema;
}

function shapeOf(schema: Schema): Readonly<Record<string, z.core.$ZodType>> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}
