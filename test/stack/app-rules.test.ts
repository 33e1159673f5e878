import { expect, test } from "vitest";
import { faultLines, stackText, validStack } from "./example.ts";

const app = (settings: string) => faultLines(stackText({ app: `app: { source: ./shop, ${settings} }` }));
const NODE = "runtime: node, start: node server.js";

test.each([
  ["runtime: php", []],
  [
    "runtime: php, start: php -S",
    ["app.start: PHP-FPM answers the requests: there is nothing to start. Leave it out."],
  ],
  ["runtime: command", ["app.start: This setting is missing. Add it, such as start: node server.js."]],
  [
    "runtime: command, start: ./shop, version: '3'",
    ["app.version: A version means nothing to command. Leave it out; app.packages names packages."],
  ],
  [
    "runtime: python, start: gunicorn x, version: '3'",
    ['app.version: 3 is not what python3 is called. Give one such as "3.13".'],
  ],
  [`${NODE}, secrets: [KEY], env: { KEY: x }`, ["app.secrets[0]: KEY is in app.env, too. Keep it in one of the two."]],
  [
    `${NODE}, secrets: [DATABASE_URL]`,
    ["app.secrets[0]: DATABASE_URL is what the stack itself gives. Choose another name."],
  ],
  [`${NODE}, secrets: [KEY, KEY]`, ["app.secrets[1]: KEY is here twice. Keep one of the two."]],
  [`${NODE}, shared: [a, a/b]`, ["app.shared[1]: a/b is within another of them. Keep the outer one."]],
  [`${NODE}, shared: [a, ab, b/a]`, []],
])("%s", (settings, expected) => {
  expect(app(settings).map((line) => line.replace(/^stack.yml:\d+:\d+ {2}/, ""))).toEqual(expected);
});

test("a Git address is left as it is written; a directory and an archive are made absolute", () => {
  const source = (text: string) => validStack(stackText({ app: `app: { source: "${text}", ${NODE} }` })).app.source;
  expect(source("https://git.example/shop.git#main")).toBe("https://git.example/shop.git#main");
  expect(source("git@git.example:shop")).toBe("git@git.example:shop");
  expect(source("./shop.tgz")).toBe("/stacks/shop/shop.tgz");
});

test("with dynamic routes, the page that is checked is the application's", () => {
  const stack = validStack(stackText({ more: "routes: { dynamic: [/api] }" }));
  expect(stack.checks.dynamic).toBe("/api");
  expect(
    faultLines(stackText({ more: "routes: { dynamic: [/api] }\nchecks: { dynamic: /page, static: /api/x }" })).join(),
  ).toMatch(
    /\/page is not below a path of routes\.dynamic: the web tier serves it.*\/api\/x is below \/api of routes\.dynamic/,
  );
});
