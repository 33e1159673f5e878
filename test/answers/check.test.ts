import { describe, expect, test } from "vitest";
import type { Answers, QuestionId } from "../../src/answers/answers.ts";
import { checkAnswer, faultsOf, missing, sentence } from "../../src/answers/check.ts";
import { SHOP } from "./typed.ts";

describe("an answer that cannot be right is told by the rules of stack.yml", () => {
  test.each<[id: QuestionId, text: string, answers: Answers, sentence: string]>([
    [
      "name",
      "Shop",
      {},
      "Shop is not allowed here. Give lower-case letters, digits and inner hyphens, starting with a letter, 32 at most.",
    ],
    ["name", " ", {}, "There is no answer. Lower-case letters, digits and hyphens; its directory is inventories/NAME."],
    ["layout", "fiev", {}, "fiev is not one of five, seven and custom. Did you mean five?"],
    ["hosts", "web1", {}, "web1 names no host. Give name=address, such as web1=10.0.0.11."],
    [
      "hosts",
      "web1=10.0.0.300",
      {},
      "web1: 10.0.0.300 is not an address: 300 is more than 255. Give an IPv4 or IPv6 address such as 10.0.0.30.",
    ],
    ["hosts", "web1=10.0.0.11,teirs=app", {}, "A host has no teirs. Did you mean tiers?"],
    [
      "hosts",
      "web1=10.0.0.11,tiers=ap",
      {},
      "web1: ap is not one of loadbalancer, web, app and database. Did you mean app?",
    ],
    ["hosts", "web1=10.0.0.11 web1=10.0.0.12", {}, "web1 is given twice. Give each host a name of its own."],
    [
      "hosts",
      "kafka=10.0.0.11",
      { layout: "five" },
      "Nothing says what kafka is for: the layout five has no such host. Add its tiers, such as kafka=10.0.0.11,tiers=web.",
    ],
    [
      "hosts",
      "kafka=10.0.0.11",
      { layout: "custom" },
      "Nothing says what kafka is for. Add its tiers, such as kafka=10.0.0.11,tiers=web.",
    ],
    [
      "hosts",
      "web1=10.0.0.11 web2=10.0.0.11",
      {},
      "web2: 10.0.0.11 is already the address of web1. Give each host its own.",
    ],
    ["hosts", "__proto__=10.0.0.1,tiers=web", {}, "__proto__: This name has a meaning of its own. Give another."],
    [
      "hosts",
      'web1="10.0.0.1',
      {},
      'The quotes in "web1=\\"10.0.0.1" are not closed, or not as in JSON. Give name=address, such as web1=10.0.0.11.',
    ],
    ["ssh-user", "mysql", {}, "mysql is an account of the stack's own. Log in as another user, such as deploy."],
    ["ssh-port", "22a", {}, "22a is text. Give a whole number from 1 to 65535."],
    ["ssh-port", "70000", {}, "70000 is more than 65535. Give a whole number from 1 to 65535."],
    [
      "ssh-port",
      "3000",
      SHOP,
      "Port 3000 is taken by the application on app1 and app2. Give a port that nothing else on the host uses.",
    ],
    ["virtual-ip", "10.0.0.11", SHOP, "10.0.0.11 is an address of web1. Give an address that no machine has."],
    [
      "virtual-ip",
      "10.0.9.1",
      SHOP,
      "10.0.9.1 is outside 10.0.0.0/24, the subnet of the balancer web1 (10.0.0.11). Give an unused address of 10.0.0.0/24, or set virtual_ip.prefix (now 24) to the length of their subnet.",
    ],
    [
      "virtual-ip-prefix",
      "30",
      SHOP,
      "10.0.0.100 is outside 10.0.0.8/30, the subnet of the balancer web1 (10.0.0.11). Give an unused address of 10.0.0.8/30, or set virtual_ip.prefix (now 30) to the length of their subnet.",
    ],
    ["domain", "shop", SHOP, "shop is not allowed here. Give a domain name in lower case such as shop.example."],
    ["app-start", "a\nb", SHOP, '"a\\nb" is not allowed here. Give one line without control characters.'],
    ["app-start", "\ud800", SHOP, '"\\ud800" is not allowed here. Give one line without control characters.'],
    [
      "app-static",
      "../public",
      SHOP,
      "../public leads out of the application. Give a directory within app.source, such as public.",
    ],
    [
      "app-port",
      "80",
      SHOP,
      "Port 80 is below 1024: only root may open it, and the application does not run as root. Give a port from 1024 to 65535, such as 3000.",
    ],
    ["app-env", "A", SHOP, "A names no variable and its value. Give KEY=VALUE."],
    [
      "app-env",
      "PORT=1",
      SHOP,
      "PORT is already set: it tells the application where to listen. Leave it out; app.port sets the port.",
    ],
    ["app-env", "A=1\nA=2", SHOP, "A is given twice. Keep one of the two."],
    ["app-env", "__proto__=1", SHOP, "__proto__: This name has a meaning of its own. Give another."],
    [
      "static-paths",
      "/a b",
      SHOP,
      "b is not allowed here. Give a URL path that starts with / and has only letters, digits and ._~@:+,=%/-.",
    ],
    ["database-engine", "postgres", SHOP, "postgres is not one of mysql and mariadb. Give mysql or mariadb."],
    [
      "check-static",
      "/x.css",
      { ...SHOP, "static-paths": "/assets" },
      "/x.css is not below a path of routes.static: the app tier serves it. Give a file such as /assets/style.css.",
    ],
    [
      "ssh-from",
      "10.0.0.1/8",
      SHOP,
      "10.0.0.1/8 is an address within a network. Give the network, 10.0.0.0/8, or 10.0.0.1/32.",
    ],
  ])("%s: %j", (id, text, answers, expected) => {
    expect(checkAnswer(id, text, answers, true)).toBe(expected);
  });
});

describe("an answer is right", () => {
  test.each<[why: string, id: QuestionId, text: string, answers: Answers]>([
    ["alone", "name", "shop", {}],
    ["with blanks around it", "virtual-ip", " 10.0.0.100\n", SHOP],
    ["where nothing has to be said", "ssh-user", "", SHOP],
    ["while more hosts are to come", "hosts", "web1=10.0.0.11", {}],
    ["where a later answer would have to change", "hosts", "web1=10.1.0.11 web2=10.1.0.12", SHOP],
    ["though another is wrong", "domain", "shop.example", { name: "Shop" }],
  ])("%s", (_, id, text, answers) => {
    expect(checkAnswer(id, text, answers, true)).toBeUndefined();
  });
});

test("a layout of five wants five", () => {
  expect(checkAnswer("hosts", "web1=10.0.0.11", { layout: "five" })).toBe(
    "web1 is the only balancer: nothing takes over when it fails. Add loadbalancer to the tiers of a second host.",
  );
  const four = "web1=10.0.0.11 web2=10.0.0.12 app1=10.0.0.21 db1=10.0.0.31";
  expect(checkAnswer("hosts", four, { layout: "five" })).toBe(
    "The layout five has a host app2 (app), and nothing says its address. Add app2=ADDRESS, or take the layout custom, where each host says its tiers.",
  );
});

test("all that is wrong is told at once, in the order of the questions", () => {
  const answers: Answers = { ...SHOP, "app-port": "80", name: "Shop", "virtual-ip": "10.0.0.11", layout: "six" };
  expect(faultsOf(answers).map((fault) => `${fault.id}: ${sentence(fault)}`)).toEqual([
    "name: Shop is not allowed here. Give lower-case letters, digits and inner hyphens, starting with a letter, 32 at most.",
    "layout: six is not one of five, seven and custom. Give five, seven or custom.",
    "virtual-ip: 10.0.0.11 is an address of web1. Give an address that no machine has.",
    "app-port: Port 80 is below 1024: only root may open it, and the application does not run as root. Give a port from 1024 to 65535, such as 3000.",
  ]);
  expect(faultsOf(SHOP)).toEqual([]);
});

test("all that is missing is listed", () => {
  expect(missing({ name: "shop", domain: " " }).map(({ flag, variable }) => `${flag} ${variable}`)).toEqual([
    "--host QUINTET_HOSTS",
    "--virtual-ip QUINTET_VIRTUAL_IP",
    "--domain QUINTET_DOMAIN",
    "--app-source QUINTET_APP_SOURCE",
    "--app-start QUINTET_APP_START",
  ]);
  expect(missing(SHOP)).toEqual([]);
});
