import { describe, expect, test } from "vitest";
import { buildProgram } from "../../src/cli.ts";
import { complete, type Values } from "../../src/completion/candidates.ts";
import { hostsIn } from "../../src/completion/values.ts";
import { stackText } from "../stack/example.ts";

const program = buildProgram("1.2.3", async () => {});
const named = (...names: string[]) => names.map((value) => ({ value, description: "" }));
const values: Values = {
  stacks: () => named("blog", "shop"),
  hosts: (stack) => named(...(stack === undefined ? ["one"] : [`${stack}1`, `${stack}2`])),
};
function words(line: string): string[] {
  return complete(program, line.split(" "), values).candidates.map(({ value }) => value);
}

test("every verb and every flag that --help shows", () => {
  const verbs = words("");
  expect(verbs).toEqual(
    program
      .createHelp()
      .visibleCommands(program)
      .map((command) => command.name()),
  );
  expect(verbs).not.toContain("__complete");
  for (const command of program.commands.filter((one) => verbs.includes(one.name()))) {
    const flags = command
      .createHelp()
      .visibleOptions(command)
      .map(({ long }) => long);
    expect(words(`${command.name()} --`)).toEqual(flags);
  }
});

test.each([
  ["app", ["apply"]],
  ["rehearse ", ["up", "down", "reset", "status"]],
  ["rehearse --stack shop d", ["down"]],
  ["rehearse up --st", ["--stack"]],
  ["apply --stack shop --st", []],
  ["apply --stack shop --stack=blog --li", ["--limit"]],
  ["apply --limit ", ["one"]],
  ["apply --stack shop --limit ", ["shop1", "shop2"]],
  ["apply --limit shop1,shop --stack", ["--stack"]],
  ["apply --stack=shop --limit=shop1,", ["shop1,shop2"]],
  ["apply --stack shop --limit shop1,shop2", ["shop1,shop2"]],
  ["completion ", ["bash", "zsh", "fish"]],
  ["completion bash ", words("completion bash --")],
  ["completion -- b", ["bash"]],
  ["rehearse --provider sys", ["systemd-nspawn"]],
  ["rehearse up --provider vagrant:l", ["vagrant:libvirt", "vagrant:lxc"]],
  ["apply --lock-wait ", []],
  ["apply --nonsense ", words("apply --")],
  ["nonsense ", ["--version", "--help"]],
])("%s", (line, expected) => {
  expect(words(line)).toEqual(expected);
});

test.each([
  ["apply --stack ", "words"],
  ["apply --stack inv", "directories"],
  ["apply --stack ./", "directories"],
  ["apply --stack=~/", "directories"],
  ["apply --sudo-password-file ", "files"],
  ["apply --sudo-password-file=x", "files"],
  ["apply ", "words"],
])("%s: the shell adds %s", (line, kind) => {
  expect(complete(program, line.split(" "), values).kind).toBe(kind);
});

describe("hosts of a stack.yml", () => {
  test("with their tiers, then the tiers with their hosts", () => {
    expect(hostsIn(stackText()).map(({ value, description }) => `${value}: ${description}`)).toEqual([
      "web1: loadbalancer, web",
      "web2: loadbalancer, web",
      "app1: app",
      "app2: app",
      "db1: database",
      "loadbalancer: web1, web2",
      "web: web1, web2",
      "app: app1, app2",
      "database: db1",
    ]);
  });

  test.each(["", "hosts", "hosts: [a]", "hosts: { a: 1, b: { tiers: x } }", ": [", "hosts:\n  a: {"])(
    "of %j",
    (text) => {
      expect(() => hostsIn(text)).not.toThrow();
    },
  );
});
