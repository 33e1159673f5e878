import type { Draft } from "./draft.ts";
import type { Report } from "./faults.ts";
import { isBelow, withoutSlash } from "./routes.ts";

/** Static and dynamic paths are told apart, and each check asks the tier that it is about. */
export function routeRules(draft: Draft, fault: Report): void {
  const both = draft.routes?.static !== undefined && draft.routes.dynamic !== undefined;
  if (both) {
    fault(["routes"], "Either the static paths are named, or the dynamic ones.", "Keep one of the two.");
    return;
  }
  if (draft.routes !== undefined && Object.keys(draft.routes).length === 0) {
    fault(["routes"], "There are no routes.", "Give static: [/assets], or dynamic: [/api].");
    return;
  }
  const kind = draft.routes?.dynamic === undefined ? "static" : "dynamic";
  const other = kind === "static" ? "app" : "web";
  const routes: string[] = [];
  draft.routes?.[kind]?.forEach((route, index) => {
    if (route === undefined) return;
    const path = ["routes", kind, index];
    const plain = withoutSlash(route);
    const before = routes.find((one) => withoutSlash(one) === plain);
    if (plain === "") {
      const give = kind === "static" ? "Give paths such as /assets." : "Give paths such as /api.";
      fault(path, `This path holds every other: nothing is left for the ${other} tier.`, give);
    } else if (before !== undefined) fault(path, `${route} is the same path as ${before}.`, "Keep one of the two.");
    routes.push(route);
  });
  // With routes left out, the defaults hold; with routes at fault, nobody knows.
  const complete = draft.routes?.[kind]?.every((route) => route !== undefined && withoutSlash(route) !== "");
  if (!complete) return;
  const routeOf = (path: string) => routes.find((route) => isBelow(path, withoutSlash(route)));
  const first = withoutSlash(routes[0] ?? "");
  const { static: page, ...asked } = draft.checks ?? {};
  const own = kind === "static" ? { static: page } : asked;
  const others = kind === "static" ? asked : { static: page };
  for (const [key, path] of Object.entries(own)) {
    if (path === undefined || routeOf(path) !== undefined) continue;
    const [served, give] =
      kind === "static"
        ? ["the app tier serves it", `Give a file such as ${first}/style.css.`]
        : ["the web tier serves it", `Give a path such as ${first}/status.`];
    fault(["checks", key], `${path} is not below a path of routes.${kind}: ${served}.`, give);
  }
  for (const [key, path] of Object.entries(others)) {
    const route = path === undefined ? undefined : routeOf(path);
    if (route === undefined) continue;
    fault(
      ["checks", key],
      `${path} is below ${route} of routes.${kind}: the ${kind === "static" ? "web" : "app"} tier serves it.`,
      `Give a path of the ${other} tier.`,
    );
  }
}
