import type { Draft } from "./draft.ts";
import type { Report } from "./faults.ts";

/** Static and dynamic paths are told apart, and each check asks the tier that it is about. */
export function routeRules(draft: Draft, fault: Report): void {
  const routes: string[] = [];
  draft.routes?.static?.forEach((route, index) => {
    if (route === undefined) return;
    const path = ["routes", "static", index];
    const plain = withoutSlash(route);
    const before = routes.find((one) => withoutSlash(one) === plain);
    if (plain === "")
      fault(path, "This path holds every other: nothing is left for the app tier.", "Give paths such as /assets.");
    else if (before !== undefined) fault(path, `${route} is the same path as ${before}.`, "Keep one of the two.");
    routes.push(route);
  });
  // With routes left out, the defaults hold; with routes at fault, nobody knows.
  const complete = draft.routes?.static?.every((route) => route !== undefined && withoutSlash(route) !== "");
  if (!complete) return;
  const routeOf = (path: string) => routes.find((route) => isBelow(path, withoutSlash(route)));
  const { static: page, ...dynamic } = draft.checks ?? {};
  if (page !== undefined && routeOf(page) === undefined) {
    const message = `${page} is not below a path of routes.static: the app tier serves it.`;
    fault(["checks", "static"], message, `Give a file such as ${withoutSlash(routes[0] ?? "")}/style.css.`);
  }
  for (const key of ["dynamic", "write"] as const) {
    const asked = dynamic[key];
    const route = asked === undefined ? undefined : routeOf(asked);
    if (route === undefined) continue;
    fault(
      ["checks", key],
      `${asked} is below ${route} of routes.static: the web tier serves it.`,
      "Give a path of the app tier.",
    );
  }
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, "");
}

function isBelow(path: string, route: string): boolean {
  return path === route || path.startsWith(`${route}/`);
}
