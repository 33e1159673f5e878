import type { StackFile } from "./schema.ts";

type Routes = StackFile["routes"];

/** What paths of a tier begin with, without a slash at the end. */
export function prefixOf(routes: Routes, tier: "web" | "app"): string {
  const own = tier === "web" ? routes.static : routes.dynamic;
  return withoutSlash(own?.[0] ?? "");
}

export function withoutSlash(path: string): string {
  return path.replace(/\/+$/, "");
}

export function isBelow(path: string, route: string): boolean {
  return path === route || path.startsWith(`${route}/`);
}
