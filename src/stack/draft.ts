import type { Path } from "./faults.ts";
import type { StackFile } from "./schema.ts";

/** A stack.yml of which only what is there and fits its type is left: every setting may be missing. */
export type Draft<T = StackFile> = T extends readonly (infer Item)[]
  ? (Draft<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> | undefined }
    : T;

/** Takes what is at fault out of the value, in place. It leaves undefined: others see that something was there. */
export function prune(value: unknown, paths: readonly Path[]): Draft {
  let kept = value;
  for (const path of paths) {
    const key = path.at(-1);
    if (key === undefined) kept = {};
    else {
      const parent = valueAt(kept, path.slice(0, -1));
      if (typeof parent === "object" && parent !== null) (parent as Record<string, unknown>)[key] = undefined;
    }
  }
  return kept as Draft;
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], value);
}
