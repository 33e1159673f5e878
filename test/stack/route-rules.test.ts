import { expect, test } from "vitest";
import { faultLines, stackText } from "./example.ts";

test.each([
  [
    "paths that are the same or hold all others",
    { more: "routes: { static: [/, /a, /a/, /a/b, //] }" },
    [
      "stack.yml:12:20  routes.static[0]: This path holds every other: nothing is left for the app tier. Give paths such as /assets.",
      "stack.yml:12:27  routes.static[2]: /a/ is the same path as /a. Keep one of the two.",
      "stack.yml:12:38  routes.static[4]: This path holds every other: nothing is left for the app tier. Give paths such as /assets.",
    ],
  ],
  [
    "checks that ask the wrong tier",
    { more: "routes: { static: [/assets] }\nchecks: { static: /logo.png, dynamic: /assets, write: /assets/w }" },
    [
      "stack.yml:13:19  checks.static: /logo.png is not below a path of routes.static: the app tier serves it. Give a file such as /assets/style.css.",
      "stack.yml:13:39  checks.dynamic: /assets is below /assets of routes.static: the web tier serves it. Give a path of the app tier.",
      "stack.yml:13:55  checks.write: /assets/w is below /assets of routes.static: the web tier serves it. Give a path of the app tier.",
    ],
  ],
  [
    "paths that only begin alike",
    { more: "routes: { static: [/assets] }\nchecks: { static: /assets/a.css, dynamic: /assets2, write: /asset }" },
    [],
  ],
])("routes and checks: %s", (_title, changes, expected) => {
  expect(faultLines(stackText(changes))).toEqual(expected);
});
