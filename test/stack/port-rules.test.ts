import { expect, test } from "vitest";
import { faultLines, stackText } from "./example.ts";

test.each([
  [
    "an app port that only root may open",
    { app: "app: { source: ./shop, runtime: node, start: node server.js, port: 80 }" },
    [
      "stack.yml:10:68  app.port: Port 80 is below 1024: only root may open it, and the application does not run as root. Give a port from 1024 to 65535, such as 3000.",
    ],
  ],
  [
    "a database port that only root may open",
    { database: "database: { name: shop, port: 306 }" },
    [
      "stack.yml:11:31  database.port: Port 306 is below 1024: only root may open it, and the database does not run as root. Give a port from 1024 to 65535, such as 3306.",
    ],
  ],
  [
    "an app port that Nginx has on the same host",
    {
      web2: "  web2: { address: 10.0.0.12, tiers: [loadbalancer, web, app] }",
      app: "app: { source: ./shop, runtime: node, start: node server.js, port: 8080 }",
    },
    ["stack.yml:10:68  app.port: Port 8080 is taken by Nginx on web2. Give a port that nothing else on the host uses."],
  ],
  [
    "an app port that Nginx has on other hosts",
    { app: "app: { source: ./shop, runtime: node, start: node server.js, port: 8080 }" },
    [],
  ],
  [
    "an app port that HAProxy has for its peers",
    {
      web2: "  web2: { address: 10.0.0.12, tiers: [loadbalancer, web, app] }",
      app: "app: { source: ./shop, runtime: node, start: node server.js, port: 10000 }",
    },
    [
      "stack.yml:10:68  app.port: Port 10000 is taken by HAProxy (peers) on web2. Give a port that nothing else on the host uses.",
    ],
  ],
  [
    "an app port that HAProxy has for its metrics",
    {
      web2: "  web2: { address: 10.0.0.12, tiers: [loadbalancer, web, app] }",
      app: "app: { source: ./shop, runtime: node, start: node server.js, port: 8405 }",
    },
    [
      "stack.yml:10:68  app.port: Port 8405 is taken by HAProxy (metrics) on web2. Give a port that nothing else on the host uses.",
    ],
  ],
  [
    "an SSH port of one host that the app has",
    { app1: "  app1: { address: 10.0.0.21, tiers: [app], ssh: { port: 3000 } }" },
    [
      "stack.yml:5:58  hosts.app1.ssh.port: Port 3000 is taken by the application on app1. Give a port that nothing else on the host uses.",
    ],
  ],
  [
    "an app port that SSH has on some hosts",
    {
      app1: "  app1: { address: 10.0.0.21, tiers: [app], ssh: { port: 2222 } }",
      app: "app: { source: ./shop, runtime: node, start: node server.js, port: 2222 }",
    },
    ["stack.yml:10:68  app.port: Port 2222 is taken by SSH on app1. Give a port that nothing else on the host uses."],
  ],
  [
    "an SSH port of all hosts that the database has",
    { more: "ssh: { port: 3306 }" },
    [
      "stack.yml:12:14  ssh.port: Port 3306 is taken by the database on db1. Give a port that nothing else on the host uses.",
    ],
  ],
  [
    "an SSH port that HAProxy has",
    { more: "ssh: { port: 443 }" },
    [
      "stack.yml:12:14  ssh.port: Port 443 is taken by HAProxy (HTTPS) on web1 and web2. Give a port that nothing else on the host uses.",
    ],
  ],
  [
    "one port for app and database on one host",
    { db1: "  db1: { address: 10.0.0.31, tiers: [database, app] }", database: "database: { name: shop, port: 3000 }" },
    [
      "stack.yml:11:31  database.port: Port 3000 is taken by the application on db1. Give a port that nothing else on the host uses.",
    ],
  ],
  ["one port for app and database on different hosts", { database: "database: { name: shop, port: 3000 }" }, []],
  [
    "no clash to see where the port itself is at fault",
    {
      web2: "  web2: { address: 10.0.0.12, tiers: [loadbalancer, web, app] }",
      app: "app: { source: ./shop, runtime: node, start: node server.js, port: 443 }",
    },
    [
      "stack.yml:10:68  app.port: Port 443 is below 1024: only root may open it, and the application does not run as root. Give a port from 1024 to 65535, such as 3000.",
    ],
  ],
])("ports: %s", (_title, changes, expected) => {
  expect(faultLines(stackText(changes))).toEqual(expected);
});
