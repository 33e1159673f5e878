import path from "node:path";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { type DocumentOptions, type ParseOptions, parseDocument, type SchemaOptions } from "yaml";
import { type Answers, answerTo } from "../../src/answers/answers.ts";
import { readLines } from "../../src/answers/list-items.ts";
import { stackText } from "../../src/answers/write.ts";
import type { Template } from "../../src/generate/render.ts";
import { type RenderedFiles, render } from "../../src/generate/render.ts";
import { readTemplates } from "../../src/generate/templates.ts";
import { CHECKOUT } from "../generate/golden.ts";
import { validStack } from "../stack/example.ts";
import { goodAnswers } from "./typed.ts";

// What is typed goes all the way: answers -> stack.yml -> the whole Ansible project.

let templates: readonly Template[];
beforeAll(async () => {
  templates = await readTemplates(CHECKOUT);
});

/** YAML 1.1, and Ansible's tag for text without templates. */
const AS_ANSIBLE = {
  version: "1.1" as const,
  customTags: [{ tag: "!unsafe", resolve: (value: string) => value }],
  logLevel: "error" as const,
} satisfies DocumentOptions & ParseOptions & SchemaOptions;

const readYaml = (text = "") => parseDocument(text, AS_ANSIBLE).toJS();

const project = (answers: Answers): RenderedFiles =>
  render(validStack(stackText(answers)), { release: "1", artifact: "0123456789ab" }, templates);

/** The same answers with nothing in them that could mean anything to anybody. */
function harmless(answers: Answers): Answers {
  const texts = ["ssh-identity", "app-source", "app-build", "app-start", "app-static"] as const;
  const plain = texts.flatMap((id) => (answerTo(id, answers) === undefined ? [] : [[id, "plain"]]));
  const env = readLines(answerTo("app-env", answers) ?? "").map((line) => `${line?.split("=")[0]}=plain`);
  return { ...answers, ...Object.fromEntries(plain), "app-env": env.join("\n") };
}

/** YAML 1.1, which Ansible reads, knows more ends of lines than what the machines' own files have. */
const linesOf = (file: string, text: string) =>
  text.split(file.endsWith(".yml") ? /\r\n|[\n\r\u0085\u2028\u2029]/ : /\r\n|[\n\r\0]/);

const lineCounts = (files: RenderedFiles) =>
  Object.fromEntries([...files].map(([file, text]) => [file, linesOf(file, text).length]));

test("no text adds a line to any file of the project, and every YAML file can be read", () => {
  fc.assert(
    fc.property(goodAnswers, (answers) => {
      const files = project(answers);
      expect(lineCounts(files)).toEqual(lineCounts(project(harmless(answers))));
      for (const [file, text] of files) {
        if (!file.endsWith(".yml")) continue;
        expect([file, parseDocument(text, AS_ANSIBLE).errors]).toEqual([file, []]);
      }
    }),
    { numRuns: 20 },
  );
});

test("hosts.yml and group_vars/app.yml say what was typed", () => {
  fc.assert(
    fc.property(goodAnswers, (answers) => {
      const stack = validStack(stackText(answers));
      const files = project(answers);
      const inventory = readYaml(files.get("hosts.yml"));
      expect(Object.keys(inventory.all.hosts)).toEqual(stack.hosts.map(({ name }) => name));
      for (const { name, address, ssh } of stack.hosts) {
        const host = inventory.all.hosts[name];
        expect(host.ansible_host).toBe(address);
        // A relative path begins at the stack directory there, and braces mean nothing to Jinja.
        const key: string | undefined = host.ansible_ssh_private_key_file?.replaceAll("{{ '{' }}", "{");
        const typed = answerTo("ssh-identity", answers);
        const fixed = typed === undefined || /^(\/|~$|~\/)/.test(typed);
        expect(key?.replace(/^\{\{ [^}]*inventory_dir[^}]* \}\}/, "HERE")).toBe(
          fixed ? typed : `HERE/${path.normalize(typed)}`,
        );
        expect(ssh.identityAsWritten).toBe(typed);
      }
      const lines = readLines(answerTo("app-env", answers) ?? "").map((line = "") => line);
      const environment = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      );
      expect(readYaml(files.get("group_vars/app.yml")).app_release.environment).toEqual(environment);
    }),
    { numRuns: 20 },
  );
});
