import { expect, test } from "vitest";
import type { Answers } from "../../src/answers/answers.ts";
import { commandWithAnswers } from "../../src/answers/command-line.ts";
import { editStack } from "../../src/answers/edit.ts";
import { fromFlags, mergeAnswers } from "../../src/answers/flags.ts";
import { SHOP } from "./typed.ts";

test.each<[what: string, flags: object, environment: Record<string, string>, answers: Answers]>([
  ["nothing", {}, { HOME: "/root" }, {}],
  ["flags", { name: "shop", virtualIp: "10.0.0.100" }, {}, { name: "shop", "virtual-ip": "10.0.0.100" }],
  ["the environment", {}, { QUINTET_NAME: "shop", QUINTET_APP_PORT: "80" }, { name: "shop", "app-port": "80" }],
  ["a flag over the environment", { name: "a" }, { QUINTET_NAME: "b" }, { name: "a" }],
  ["a flag of nothing over the environment", { appBuild: "" }, { QUINTET_APP_BUILD: "b" }, { "app-build": "" }],
  ["a variable of nothing", {}, { QUINTET_NAME: "" }, {}],
  ["hosts", { host: ["web1=10.0.0.11", "web2=10.0.0.12"] }, {}, { hosts: "web1=10.0.0.11\nweb2=10.0.0.12" }],
  [
    "hosts in one variable",
    {},
    { QUINTET_HOSTS: "web1=10.0.0.11 web2=10.0.0.12" },
    { hosts: "web1=10.0.0.11 web2=10.0.0.12" },
  ],
  ["networks", { sshFrom: ["10.0.0.0/8", "fd00::/8"] }, {}, { "ssh-from": "10.0.0.0/8\nfd00::/8" }],
  ["variables, one of them with a line break", { appEnv: ["A=1", "B=x\nC=y"] }, {}, { "app-env": 'A=1\n"B=x\\nC=y"' }],
  ["other verbs' flags", { json: true, stack: "shop", from: "x" }, { QUINTET_PROGRAM: "./quintet" }, {}],
])("takes %s", (_, flags, environment, answers) => {
  expect(fromFlags(flags as Record<string, unknown>, environment)).toEqual(answers);
});

test("puts answers over others: hosts and variables one by one, the rest as a whole", () => {
  const before: Answers = {
    hosts: "a=10.0.0.1,tiers=web,ssh_port=22 b=10.0.0.2",
    "app-env": "A=1\nB=2",
    name: "x",
    "ssh-from": "10.0.0.0/8",
  };
  const over: Answers = {
    hosts: "a=10.0.0.9 c=10.0.0.3",
    "app-env": "B=3",
    name: "y",
    "ssh-from": "fd00::/8",
    domain: "",
  };
  expect(mergeAnswers(before, over)).toEqual({
    hosts: "a=10.0.0.9,tiers=web,ssh_port=22\nb=10.0.0.2\nc=10.0.0.3",
    "app-env": "A=1\nB=3",
    name: "y",
    "ssh-from": "fd00::/8",
    domain: "",
  });
});

test("prints answers as flags, in the order of the questions", () => {
  const hosts =
    "--host 'web1=10.0.0.11' --host 'web2=10.0.0.12' --host 'app1=10.0.0.21' --host 'app2=10.0.0.22' --host 'db1=10.0.0.31'";
  expect(commandWithAnswers("./quintet", ["init", "--stack", "./my stack"], SHOP)).toBe(
    `./quintet init --stack './my stack' --name shop --layout five ${hosts} --virtual-ip 10.0.0.100 --domain shop.example --app-source ./shop --app-start 'node server.js' --yes`,
  );
  expect(commandWithAnswers("quintet", ["install"], {})).toBe("quintet install --yes");
});

test.each<[Answers, string]>([
  [{ "app-start": "it's $HOME" }, String.raw`--app-start 'it'\''s $HOME'`],
  [{ "app-start": "--yes" }, "'--app-start=--yes'"],
  [
    { "app-env": 'A=1\n"B=x\\ny"', "static-paths": "/a, /b" },
    "--app-env 'A=1' --app-env 'B=x\ny' --static-path /a --static-path /b",
  ],
  [{ hosts: 'a=10.0.0.1,ssh_identity="~/my key"' }, `--host 'a=10.0.0.1,ssh_identity="~/my key"'`],
])("quotes %j", (answers, words) => {
  expect(commandWithAnswers("quintet", ["install"], answers)).toBe(`quintet install ${words} --yes`);
});

const FILE = `# Ours.
name: shop # the name
hosts:
  web1: { address: 10.0.0.11, tiers: [loadbalancer, web], ssh: { port: 2222 } } # in the cellar
app:
  # how it starts
  start: node a.js
  env: { A: "1" }
firewall: { ssh_from: [10.0.0.0/8] }
`;

test("changes a stack.yml and keeps its comments", () => {
  const answers: Answers = {
    name: "other",
    hosts: "web1=10.0.0.99,ssh_user=root app3=10.0.0.23,tiers=app",
    "app-start": "node b.js",
    "app-env": "B={{ x }}",
    "ssh-from": "",
    "ssh-port": "22",
  };
  expect(editStack(FILE, answers)).toEqual({
    text: `# Ours.
name: other # the name
hosts:
  web1: { address: 10.0.0.99, tiers: [loadbalancer, web], ssh: { port: 2222, user: root } } # in the cellar
  app3: { address: 10.0.0.23, tiers: [app] }
app:
  # how it starts
  start: node b.js
  env: { A: "1", B: "{{ x }}" }
firewall: {}
ssh:
  port: 22
`,
  });
});

test.each<[text: string, answers: Answers, flags: string[]]>([
  ["app: 3\n", { "app-start": "x", name: "y" }, ["--app-start cannot change this stack.yml."]],
  ["base: &b { start: x }\napp: *b\n", { "app-start": "y" }, ["--app-start cannot change this stack.yml."]],
  [FILE, { hosts: "web1" }, ["web1 names no host."]],
])("does not change %j where that cannot be", (text, answers, messages) => {
  const edited = editStack(text, answers);
  expect("faults" in edited ? edited.faults.map(({ message }) => message) : []).toEqual(messages);
});

test.each(["a: [", "- a\n", "", `${"? ".repeat(5000)}\n[web]`])("leaves what is no mapping as it is", (text) => {
  expect(editStack(text, { name: "x" })).toEqual({ text });
});
