import type { RequestKind } from "../../report/schema.ts";
import type { Stack } from "../../stack/stack.ts";

/** What a request travels on: a connection of its own, one kept from an earlier request, or a stream of a kept HTTP/2 one. */
export type Connection = "new" | "kept" | "http2";

/** One request of the load's pattern. */
export interface Slot {
  readonly kind: RequestKind;
  readonly connection: Connection;
  /** For a write, the id comes behind it. */
  readonly path: string;
}

/**
 * Two of five read a file, two read through the application, one writes. Each kind comes at even distances, so that
 * it tells how long it was gone by itself. Most connections are new, which is what a failover is about; the others are
 * what a browser keeps.
 */
const PATTERN: readonly (readonly [RequestKind, Connection])[] = [
  ["static", "new"],
  ["read", "new"],
  ["write", "new"],
  ["static", "new"],
  ["read", "kept"],

  ["static", "new"],
  ["read", "new"],
  ["write", "kept"],
  ["static", "http2"],
  ["read", "new"],

  ["static", "kept"],
  ["read", "new"],
  ["write", "new"],
  ["static", "new"],
  ["read", "http2"],

  ["static", "new"],
  ["read", "new"],
  ["write", "new"],
  ["static", "new"],
  ["read", "new"],
];

/** The pattern without the kinds for which the stack names no path. */
export function mixOf(checks: Stack["checks"]): Slot[] {
  const paths = { static: checks.static, read: checks.dynamic, write: checks.write };
  return PATTERN.flatMap(([kind, connection]) => {
    const path = paths[kind];
    return path === undefined ? [] : [{ kind, connection, path }];
  });
}
