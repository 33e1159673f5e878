import { expect, test } from "vitest";
import { faultLines, stackText, warningLines } from "./example.ts";

test.each([
  [
    "no host at all",
    { web1: "  {}", web2: "", app1: "", app2: "", db1: "" },
    ["stack.yml:2:1  hosts: There is no host. Add hosts, such as web1: { address: 10.0.0.11, tiers: [web] }."],
  ],
  [
    "no balancer",
    { web1: "  web1: { address: 10.0.0.11, tiers: [web] }", web2: "  web2: { address: 10.0.0.12, tiers: [web] }" },
    ["stack.yml:2:1  hosts: No host has the tier loadbalancer. Add loadbalancer to the tiers of two hosts."],
  ],
  [
    "one balancer",
    { web2: "  web2: { address: 10.0.0.12, tiers: [web] }" },
    [
      "stack.yml:3:38  hosts.web1.tiers: web1 is the only balancer: nothing takes over when it fails. Add loadbalancer to the tiers of a second host.",
    ],
  ],
  [
    "three balancers",
    { app1: "  lb3: { address: 10.0.0.13, tiers: [loadbalancer] }" },
    [
      "stack.yml:5:37  hosts.lb3.tiers: A third balancer is not supported. Take loadbalancer away here, or from web1 or web2.",
    ],
  ],
  [
    "no web host",
    {
      web1: "  web1: { address: 10.0.0.11, tiers: [loadbalancer] }",
      web2: "  web2: { address: 10.0.0.12, tiers: [loadbalancer] }",
    },
    ["stack.yml:2:1  hosts: No host has the tier web. Add web to the tiers of one host or more."],
  ],
  [
    "no app host",
    { app1: "", app2: "" },
    ["stack.yml:2:1  hosts: No host has the tier app. Add app to the tiers of one host or more."],
  ],
  [
    "no database host",
    { db1: "" },
    ["stack.yml:2:1  hosts: No host has the tier database. Add database to the tiers of one host."],
  ],
  [
    "two database hosts",
    { app2: "  db2: { address: 10.0.0.32, tiers: [database] }" },
    [
      "stack.yml:7:37  hosts.db1.tiers: A second database host is not supported yet. Take database away here, or from db2.",
    ],
  ],
  [
    "a tier given twice",
    { app2: "  app2: { address: 10.0.0.22, tiers: [app, app] }" },
    ["stack.yml:6:44  hosts.app2.tiers[1]: app is given twice. Keep one of the two."],
  ],
  [
    "a tier that may be behind a typing mistake",
    { db1: "  db1: { address: 10.0.0.31, tiers: [databse] }" },
    [
      "stack.yml:7:38  hosts.db1.tiers[0]: databse is not one of loadbalancer, web, app and database. Did you mean database?",
    ],
  ],
  [
    "a tier that may be on a host without a readable list",
    { db1: "  db1: { address: 10.0.0.31, tier: database }" },
    ["stack.yml:7:30  hosts.db1.tier: There is no such setting. Did you mean tiers?"],
  ],
])("tiers: %s", (_title, changes, expected) => {
  expect(faultLines(stackText(changes))).toEqual(expected);
});

test.each([
  [
    "one web host",
    { web2: "  web2: { address: 10.0.0.12, tiers: [loadbalancer] }" },
    [
      "stack.yml:3:38  hosts.web1.tiers: web1 is the only web host: the tier has no redundancy. Add web to the tiers of a second host.",
      "stack.yml:7:37  hosts.db1.tiers: db1 is the only database host: a single point of failure. Expect the application to fail while db1 is down.",
    ],
  ],
  [
    "one app host",
    { app2: "" },
    [
      "stack.yml:5:38  hosts.app1.tiers: app1 is the only app host: the tier has no redundancy. Add app to the tiers of a second host.",
      "stack.yml:7:37  hosts.db1.tiers: db1 is the only database host: a single point of failure. Expect the application to fail while db1 is down.",
    ],
  ],
  [
    "an app on a balancer",
    { app2: "", web2: "  web2: { address: 10.0.0.12, tiers: [loadbalancer, web, app] }" },
    [
      "stack.yml:4:38  hosts.web2.tiers: web2 has the tiers loadbalancer and app: who breaks into the one reaches the database. Give app a host of its own.",
      "stack.yml:7:37  hosts.db1.tiers: db1 is the only database host: a single point of failure. Expect the application to fail while db1 is down.",
    ],
  ],
  [
    "an app beside the database",
    { db1: "  db1: { address: 10.0.0.31, tiers: [database, app] }" },
    [
      "stack.yml:7:37  hosts.db1.tiers: db1 is the only database host: a single point of failure. Expect the application to fail while db1 is down.",
      "stack.yml:7:37  hosts.db1.tiers: db1 has the tiers app and database: who breaks into the one reaches the database. Give database a host of its own.",
    ],
  ],
  [
    "everything on one host",
    { db1: "", web1: "  web1: { address: 10.0.0.11, tiers: [loadbalancer, web, app, database] }" },
    [
      "stack.yml:3:38  hosts.web1.tiers: web1 is the only database host: a single point of failure. Expect the application to fail while web1 is down.",
      "stack.yml:3:38  hosts.web1.tiers: web1 has the tiers app and database: who breaks into the one reaches the database. Give database a host of its own.",
    ],
  ],
])("warns: %s", (_title, changes, expected) => {
  expect(warningLines(stackText(changes))).toEqual(expected);
});
