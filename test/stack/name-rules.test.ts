import { expect, test } from "vitest";
import { faultLines, stackText } from "./example.ts";

test.each([
  [
    "a host named like a tier",
    { app2: "  database: { address: 10.0.0.22, tiers: [app] }" },
    [
      "stack.yml:6:3  hosts.database: database means something else to Ansible. Give the host another name, such as database1.",
    ],
  ],
  [
    "a host named like a group of Ansible's",
    { app2: "  all: { address: 10.0.0.22, tiers: [app] }" },
    ["stack.yml:6:3  hosts.all: all means something else to Ansible. Give the host another name, such as all1."],
  ],
  [
    "a database of the server itself",
    { database: "database: { name: sys }" },
    ["stack.yml:11:19  database.name: sys is a database of the server itself. Give another name, such as shop."],
  ],
  [
    "a document root outside the application",
    { app: "app: { source: ./shop, runtime: node, start: node server.js, static: ../public }" },
    [
      "stack.yml:10:70  app.static: ../public leads out of the application. Give a directory within app.source, such as public.",
    ],
  ],
  [
    "an absolute document root",
    { app: "app: { source: ./shop, runtime: node, start: node server.js, static: /srv/www }" },
    [
      "stack.yml:10:70  app.static: /srv/www leads out of the application. Give a directory within app.source, such as public.",
    ],
  ],
  [
    "a document root with dots in a name",
    { app: "app: { source: ./shop, runtime: node, start: node server.js, static: build/..public }" },
    [],
  ],
  [
    "variables that are set already",
    {
      app: "app: { source: ./shop, runtime: node, start: node server.js, env: { PORT: '1', HOST: '::', PORTS: '2' } }",
    },
    [
      "stack.yml:10:69  app.env.PORT: PORT is already set: it tells the application where to listen. Leave it out; app.port sets the port.",
      "stack.yml:10:80  app.env.HOST: HOST is already set: it tells the application where to listen. Leave it out; app.port sets the port.",
    ],
  ],
])("names: %s", (_title, changes, expected) => {
  expect(faultLines(stackText(changes))).toEqual(expected);
});
