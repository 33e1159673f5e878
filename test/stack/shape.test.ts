import { expect, test } from "vitest";
import { faultLines, stackText } from "./example.ts";

test.each([
  [
    "nearest known settings",
    { database: "databse: { name: shop }", more: "virtualip: 1\nzzzzzz: 1" },
    [
      "stack.yml:11:1  databse: There is no such setting. Did you mean database?",
      "stack.yml:12:1  virtualip: There is no such setting. Did you mean virtual_ip?",
      "stack.yml:13:1  zzzzzz: There is no such setting. Known here: name, hosts, ssh, virtual_ip, site, routes, app, database, checks, drills, firewall and machine.",
    ],
  ],
  [
    "unknown settings of a host, two of which were meant to be others",
    { web1: "  web1: { adress: 10.0.0.11, teirs: [loadbalancer, web], hostname: x }" },
    [
      "stack.yml:3:11  hosts.web1.adress: There is no such setting. Did you mean address?",
      "stack.yml:3:30  hosts.web1.teirs: There is no such setting. Did you mean tiers?",
      "stack.yml:3:58  hosts.web1.hostname: There is no such setting. Known here: address, private_address, tiers, ssh and machine.",
    ],
  ],
  [
    "settings of later versions",
    {
      site: "site: { domain: shop.example, tls: acme }",
    },
    ["stack.yml:9:36  site.tls: acme is not known here. Give self-signed."],
  ],
  [
    "settings that are missing",
    {
      web1: "  web1: {}",
      virtual_ip: "virtual_ip: {}",
      site: "site: {}",
      app: "app:\n  source: ./shop",
      database: "database: {}",
    },
    [
      "stack.yml:3:3  hosts.web1.address: This setting is missing. Add it, such as address: 10.0.0.11.",
      "stack.yml:3:3  hosts.web1.tiers: This setting is missing. Add it, such as tiers: [web].",
      "stack.yml:8:1  virtual_ip.address: This setting is missing. Add it, such as address: 10.0.0.100.",
      "stack.yml:9:1  site.domain: This setting is missing. Add it, such as domain: shop.example.",
      "stack.yml:10:1  app.runtime: This setting is missing. Add it, such as runtime: node.",
      "stack.yml:10:1  app.start: This setting is missing. Add it, such as start: node server.js.",
      "stack.yml:12:1  database.name: This setting is missing. Add it, such as name: shop.",
    ],
  ],
  [
    "sections that are missing",
    { virtual_ip: "", site: "", app: "", database: "" },
    [
      "stack.yml:1:1  virtual_ip: This setting is missing. Add it, such as virtual_ip: { address: 10.0.0.100 }.",
      "stack.yml:1:1  site: This setting is missing. Add it, such as site: { domain: shop.example }.",
      "stack.yml:1:1  app: This setting is missing. Add it, such as app: { source: ./shop, runtime: node, start: node server.js }.",
      "stack.yml:1:1  database: This setting is missing. Add it, such as database: { name: shop }.",
    ],
  ],
  [
    "values of another type",
    {
      web1: "  web1: [10.0.0.11]",
      web2: "  web2: 10.0.0.12",
      app1: "  app1:",
      site: "site: { domain: 5, tls: true }",
      app: "app: { source: 'a', runtime: [node], start: {}, port: 3.5, health: healthz }",
      database: "database: { name: shop, port: .nan }",
      more: "routes: { static: /assets }",
    },
    [
      "stack.yml:3:9  hosts.web1: This is a list. Give a mapping: one key: value a line.",
      "stack.yml:4:9  hosts.web2: 10.0.0.12 is text. Give a mapping: one key: value a line.",
      "stack.yml:5:8  hosts.app1: There is no value. Add it, such as app1: { address: 10.0.0.11, tiers: [web] }.",
      "stack.yml:9:17  site.domain: 5 is a number. Give text; quotes make text of anything.",
      "stack.yml:9:25  site.tls: true is neither text nor a number. Give self-signed.",
      "stack.yml:10:30  app.runtime: This is a list. Give node, python, php or command.",
      "stack.yml:10:45  app.start: This is a mapping. Give text; quotes make text of anything.",
      "stack.yml:10:55  app.port: 3.5 is not a whole number. Give a whole number from 1 to 65535.",
      "stack.yml:10:68  app.health: healthz is not allowed here. Give a URL path that starts with / and has only letters, digits and ._~@:+,=%/-.",
      "stack.yml:11:31  database.port: NaN is not a whole number. Give a whole number from 1 to 65535.",
      "stack.yml:12:19  routes.static: /assets is text. Give a list such as [a, b].",
    ],
  ],
  [
    "a number in quotes",
    { database: 'database: { name: shop, port: "3306" }' },
    ["stack.yml:11:31  database.port: 3306 is text. Give a whole number from 1 to 65535."],
  ],
  [
    "tiers that do not exist",
    { web1: "  web1: { address: 10.0.0.11, tiers: [loadbalancer, wbe, 5] }" },
    [
      "stack.yml:3:53  hosts.web1.tiers[1]: wbe is not one of loadbalancer, web, app and database. Did you mean web?",
      "stack.yml:3:58  hosts.web1.tiers[2]: 5 is a number. Give loadbalancer, web, app or database.",
    ],
  ],
  [
    "numbers out of their range",
    {
      virtual_ip: "virtual_ip: { address: 10.0.0.100, prefix: 129, advert_ms: 205, router_id: 0 }",
      app: "app: { source: ./shop, runtime: node, start: node server.js, port: 65536 }",
      database: "database: { name: shop, port: 0, buffer_pool_mb: 9999999 }",
    },
    [
      "stack.yml:8:44  virtual_ip.prefix: 129 is more than 128. Give a whole number from 1 to 128.",
      "stack.yml:8:60  virtual_ip.advert_ms: 205 is not a multiple of 10. Give a multiple of 10.",
      "stack.yml:8:76  virtual_ip.router_id: 0 is less than 1. Give a whole number from 1 to 255.",
      "stack.yml:10:68  app.port: 65536 is more than 65535. Give a whole number from 1 to 65535.",
      "stack.yml:11:31  database.port: 0 is less than 1. Give a whole number from 1 to 65535.",
      "stack.yml:11:50  database.buffer_pool_mb: 9999999 is more than 1048576. Give a whole number from 64 to 1048576.",
    ],
  ],
  [
    "text that would break what it ends up in",
    {
      name: "name: Shop_1",
      virtual_ip: "virtual_ip: { address: 10.0.0.100, interface: 'eth0; reboot' }",
      site: "site: { domain: shop }",
      app: 'app: { source: "", runtime: ruby, start: "a\\nb", env: { "A B": x, C: "d\\0" } }',
      database: "database: { name: shop-1 }",
      more: "routes: { static: [assets, /a b, '/a\"'] }\nssh: { user: 'root; id' }",
    },
    [
      "stack.yml:1:7  name: Shop_1 is not allowed here. Give lower-case letters, digits and inner hyphens, starting with a letter, 32 at most.",
      "stack.yml:8:47  virtual_ip.interface: eth0; reboot is not allowed here. Give the name of a network interface such as eth0, 15 characters at most.",
      "stack.yml:9:17  site.domain: shop is not allowed here. Give a domain name in lower case such as shop.example.",
      "stack.yml:10:16  app.source: The text is empty. Add it, such as source: ./shop.",
      "stack.yml:10:29  app.runtime: ruby is not one of node, python, php and command. Give node, python, php or command.",
      'stack.yml:10:42  app.start: "a\\nb" is not allowed here. Give one line without control characters.',
      "stack.yml:10:57  app.env.A B: A B cannot be a name here. Give letters, digits and underscores, not starting with a digit.",
      'stack.yml:10:70  app.env.C: "d\\u0000" is not allowed here. Give one line without control characters.',
      "stack.yml:11:19  database.name: shop-1 is not allowed here. Give lower-case letters, digits and underscores, starting with a letter, 32 at most.",
      "stack.yml:12:20  routes.static[0]: assets is not allowed here. Give a URL path that starts with / and has only letters, digits and ._~@:+,=%/-.",
      "stack.yml:12:28  routes.static[1]: /a b is not allowed here. Give a URL path that starts with / and has only letters, digits and ._~@:+,=%/-.",
      'stack.yml:12:34  routes.static[2]: "/a\\"" is not allowed here. Give a URL path that starts with / and has only letters, digits and ._~@:+,=%/-.',
      "stack.yml:13:14  ssh.user: root; id is not allowed here. Give a Unix user name such as deploy.",
    ],
  ],
  [
    "names of hosts",
    {
      app1: "  App1: { address: 10.0.0.21, tiers: [app] }",
      app2: "  app_2: { address: 10.0.0.22, tiers: [app] }",
      db1: "  🐘: { address: 10.0.0.31, tiers: [database] }",
    },
    [
      "stack.yml:5:3  hosts.App1: App1 cannot be a name here. Give lower-case letters, digits and inner hyphens, starting with a letter, 32 at most.",
      "stack.yml:6:3  hosts.app_2: app_2 cannot be a name here. Give lower-case letters, digits and inner hyphens, starting with a letter, 32 at most.",
      'stack.yml:7:3  hosts."🐘": "🐘" cannot be a name here. Give lower-case letters, digits and inner hyphens, starting with a letter, 32 at most.',
    ],
  ],
  [
    "lists that are empty or too long",
    {
      db1: "  db1: { address: 10.0.0.31, tiers: [] }",
      more: `routes: { static: [] }\nfirewall: { metrics_from: [${"10.0.0.1/32, ".repeat(257)}] }`,
    },
    [
      "stack.yml:7:37  hosts.db1.tiers: The list is empty. Give at least one.",
      "stack.yml:12:19  routes.static: The list is empty. Give at least one.",
      "stack.yml:13:27  firewall.metrics_from: The list has more than 256 items. Shorten it.",
    ],
  ],
])("%s", (_title, changes, expected) => {
  expect(faultLines(stackText(changes))).toEqual(expected);
});
