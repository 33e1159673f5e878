import { readFileSync } from "node:fs";
import type { CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { buildProgram } from "../../src/cli.ts";
import { documented, expand, runs, type Step } from "./workflow.ts";

const { workflow, gitlab } = documented();
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
const text = readFileSync("docs/ci.md", "utf8");

test("a pull request plans, the main branch applies and verifies", () => {
  const of = (event: string) => steps.filter((step) => step.run !== undefined && runs(step, event));
  const verbs = (some: readonly Step[]) => some.flatMap(({ run }) => run?.match(/(?<=\.\/quintet )\w+/g) ?? []);
  expect(verbs(of("pull_request"))).toEqual(["plan"]);
  expect(verbs(of("push"))).toEqual(["apply", "verify"]);
  expect(Object.keys(workflow.on)).toEqual(["pull_request", "push"]);
});

test("every secret that it takes is in the table, and no other", () => {
  const taken = new Set([...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name));
  const listed = new Set([...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name));
  expect(listed).toEqual(taken);
});

test("secrets go into the environment, never into a script", () => {
  for (const { run = "" } of steps) expect(run).not.toContain("${{");
  const contexts = { secrets: { A: "a" }, env: { B: "b" }, event: "push" };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's own
  expect(expand("${{ secrets.A }}-${{ env.B }}-${{ secrets.C }}", contexts)).toBe("a-b-");
});

describe("every command of Quintet's is one that there is", () => {
  const lines = [...text.matchAll(/\.\/quintet ([^|&`\n]*)/g)].map(([, words = ""]) => words.trim());
  test.each(lines)("%s", async (line) => {
    let ran = 0;
    const program = buildProgram("1.2.3", async () => {
      ran += 1;
    });
    const words = line.split(" ").map((word) => word.replace(/^"(.*)"$/, "$1"));
    await program.parseAsync(words, { from: "user" }).catch((error: CommanderError) => expect(error.message).toBe(""));
    expect(ran).toBe(1);
  });

  test("also at GitLab", () => {
    const said = JSON.stringify(gitlab);
    for (const verb of ["plan", "apply", "verify"]) expect(said).toContain(`./quintet ${verb} --stack`);
  });
});
