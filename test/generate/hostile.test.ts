// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what others would make of them is what is tested
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { runCommand } from "../../src/command.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { CHECKOUT, writeGolden } from "./golden.ts";
import { machineFiles } from "./machine-files.ts";

// What real Ansible makes of the stack that says everything that could be taken for something else.

let directory: string;
let stack: Stack;
let files: Map<string, Map<string, string>>;
/** The environment of a release, as the program on the hosts writes it for systemd. */
let written: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "quintet-hostile-"));
  stack = await writeGolden("hostile", path.join(directory, "stack"));
  files = await machineFiles(stack);
  const quote = `import importlib.machinery as m, json, sys
print(m.SourceFileLoader("tool", sys.argv[1]).load_module().quoted(json.load(sys.stdin)), end="")`;
  const argv = ["python3", "-W", "ignore", "-c", quote, path.join(stack.directory, "files/stack-release")];
  written = (await runCommand(argv, { input: JSON.stringify(stack.app.env) })).stdout;
}, 120_000);
afterAll(async () => {
  await rm(directory, { recursive: true });
});

const lineOf = (host: string, file: string, start: string) =>
  files
    .get(host)
    ?.get(file)
    ?.split("\n")
    .filter((line) => line.startsWith(start));

test.each([
  `BACKSLASHES=${String.raw`"\\ \\\\ \\n \\\" end\\"`}`,
  'BRACES="{{ vault_database_password }} {% raw %} {# none #} {% endraw %}"',
  'DOLLARS="$HOME ${HOME} $$ $(id) `id`"',
  'NUMBER="007"',
  'PERCENT="100% %n %%"',
  String.raw`QUOTES="it's \"quoted\" \"\" ''"`,
  'SIGNS="!unsafe & * | > # no comment; - ? : , [ ] { } @ ~"',
  'SPACES="  two before, two after  "',
  'UNICODE="Grüße, 世界 🙂"',
  'YES="yes"',
])("the environment says %s", (line) => {
  expect(written.split("\n")).toContain(line.replace(/(?<!\\)([$`])/g, "\\$1"));
  expect(Object.keys(stack.app.env)).toContain(line.split("=")[0]);
});

test("the environment of the first release is what was said, whatever Jinja would make of it", async () => {
  const text = await readFile(path.join(stack.directory, "group_vars/app.yml"), "utf8");
  const unsafe = { tag: "!unsafe", resolve: (value: string) => value };
  expect(parse(text, { customTags: [unsafe] }).app_release.environment).toEqual(stack.app.env);
});

test("each host has its own address, in brackets where it is an IPv6 one", () => {
  expect(lineOf("web1", "nginx.conf", "        listen ")).toEqual(["        listen 10.0.0.11:8080 default_server;"]);
  expect(lineOf("web2", "nginx.conf", "        listen ")).toEqual(["        listen [fd00::12]:8080 default_server;"]);
  expect(lineOf("no", "app.env", "HOST=")).toEqual(["HOST=fd00::22"]);
});

test.each([
  ["app1", "~/my {{ keys }}/{% raw %} {# 1 #} id"],
  ["web2", "STACK/id_ed25519"],
])(
  "%s is logged in to with the key %s",
  async (host, key) => {
    const argv = [`${CHECKOUT}/.venv/bin/ansible`, host, "-m", "ansible.builtin.debug", "-a"];
    const result = await runCommand([...argv, "var=ansible_ssh_private_key_file"], {
      cwd: stack.directory,
      env: { ANSIBLE_NOCOLOR: "1" },
    });
    const [, json = ""] = result.stdout.split("=> ");
    expect(JSON.parse(json)).toMatchObject({ ansible_ssh_private_key_file: key.replace("STACK", stack.directory) });
  },
  60_000,
);
