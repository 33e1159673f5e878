import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeLayout } from "../../src/stack/layouts.ts";
import { stackText, validStack } from "./example.ts";

function shipped(name: string): string[] {
  return describeLayout(validStack(readFileSync(`inventories/${name}/stack.yml`, "utf8")));
}

test("draws five machines", () => {
  expect(shipped("rehearsal")).toEqual([
    "client",
    "  |",
    "virtual IP     192.168.61.100",
    "  |",
    "loadbalancer   web1, web2",
    "  |",
    "  +-- web      web1, web2   /assets, /favicon.ico, /robots.txt",
    "  |",
    "  +-- app      app1, app2   everything else",
    "        |",
    "      database db1",
  ]);
});

test("draws seven machines", () => {
  expect(shipped("seven")).toEqual([
    "client",
    "  |",
    "virtual IP     192.168.62.100",
    "  |",
    "loadbalancer   lb1, lb2",
    "  |",
    "  +-- web      web1, web2   /assets, /favicon.ico, /robots.txt",
    "  |",
    "  +-- app      app1, app2   everything else",
    "        |",
    "      database db1",
  ]);
});

test("keeps the columns where one tier is longer", () => {
  const app2 = "  app2: { address: 10.0.0.22, tiers: [app] }\n  app3: { address: 10.0.0.23, tiers: [app] }";
  const lines = describeLayout(validStack(stackText({ app2, more: "routes: { static: [/assets] }" })));
  expect(lines.slice(6, 9)).toEqual([
    "  +-- web      web1, web2         /assets",
    "  |",
    "  +-- app      app1, app2, app3   everything else",
  ]);
});
