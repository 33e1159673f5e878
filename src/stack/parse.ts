import { buildStack, type Surroundings } from "./build.ts";
import { type Fault, pathText, type Report } from "./faults.ts";
import { checkRules } from "./rules.ts";
import { readShape } from "./shape.ts";
import type { Stack } from "./stack.ts";
import { type ReportPosition, readTree } from "./tree.ts";

export interface ParseContext extends Surroundings {
  /** The name of the file, as faults shall show it. */
  readonly file: string;
}

export type ParseResult =
  | { readonly stack: Stack; readonly warnings: Fault[] }
  /** At least one, by line. */
  | { readonly faults: Fault[]; readonly warnings: Fault[] };

/** Reads a stack.yml; every fault in it is found at once. Never throws, whatever the text. */
export function parseStack(text: string, context: ParseContext): ParseResult {
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  const into =
    (list: Fault[]): ReportPosition =>
    (position, path, message, expected) => {
      list.push({ file: context.file, ...position, path: pathText(path), message, expected });
    };
  const tree = readTree(text, into(faults), into(warnings));
  const found =
    (list: Fault[]): Report =>
    (path, message, expected, at) =>
      into(list)(tree.position(path, at), path, message, expected);
  const complete = faults.length === 0;
  const shape = tree.value === undefined ? undefined : readShape(tree.value, found(faults));
  if (shape !== undefined) checkRules(shape.draft, complete, found(faults), found(warnings));
  warnings.sort(byPosition);
  if (shape?.file === undefined || faults.length > 0) return { faults: faults.sort(byPosition), warnings };
  return { stack: buildStack(shape.file, context), warnings };
}

function byPosition(one: Fault, other: Fault): number {
  return one.line - other.line || one.column - other.column;
}
