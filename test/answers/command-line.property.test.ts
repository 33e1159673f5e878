import fc from "fast-check";
import { expect, test } from "vitest";
import { type Answers, answerTo } from "../../src/answers/answers.ts";
import { commandWithAnswers } from "../../src/answers/command-line.ts";
import { fromFlags } from "../../src/answers/flags.ts";
import { readHosts } from "../../src/answers/host-items.ts";
import { settingsOf } from "../../src/answers/settings.ts";
import { stackText } from "../../src/answers/write.ts";
import { addAnswerFlags, buildProgram } from "../../src/cli.ts";
import { runCommand } from "../../src/command.ts";
import { anyAnswers, changedAnswers, goodAnswers } from "./typed.ts";

/** The words that a real shell makes of a command line that begins with `quintet`. */
async function shellWords(line: string): Promise<string[]> {
  const script = `quintet() { printf '%s\\0' "$@"; }\n${line}\n`;
  // Not in its argv: one word of that has 128 KiB at most.
  const { stdout, stderr } = await runCommand(["sh"], { input: script });
  expect(stderr).toBe("");
  return stdout.split("\0").slice(0, -1);
}

/** What the program makes of these words. */
async function optionsOf(words: readonly string[]): Promise<Record<string, unknown>> {
  let seen: Record<string, unknown> = {};
  const program = buildProgram("0", async (options) => {
    seen = options as Record<string, unknown>;
  });
  await addAnswerFlags(program);
  await program.parseAsync(words, { from: "user" });
  return seen;
}

/**
 * No process can be given a NUL or half a sign, nor more than so much. A host of a name that no host can have is refused
 * before a command line is printed.
 */
const canBeTyped = (answers: Answers) =>
  Object.values(answers).every((text) => !text.includes("\0") && text.isWellFormed() && text.length < 10_000) &&
  readHosts(answers.hosts ?? "").items.every(({ name }) => /^[\w.-]+$/.test(name));

const wrongOnes = (answers: Answers) => settingsOf(answers).wrong.map(({ id }) => id);

test("the printed command line says the same through a real shell and the program's own parser", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(changedAnswers, goodAnswers, anyAnswers).filter(canBeTyped), async (answers) => {
      const words = await shellWords(commandWithAnswers("quintet", ["init"], answers));
      const read = fromFlags(await optionsOf(words), {});
      expect(stackText(read)).toBe(stackText(answers));
      // A list that cannot be read is told in other words where each item came by itself.
      expect(wrongOnes(read)).toEqual(wrongOnes(answers));
      expect(answerTo("layout", read)).toBe(answerTo("layout", answers));
    }),
    { numRuns: 60 },
  );
});

test("flags say what stands behind them, whatever it is", () => {
  const lines = fc.array(fc.constantFrom("A=1\nB=2", 'C="x"', '"', "D=\r\n\u2028", "E=", "=", "", " "), {
    minLength: 1,
  });
  fc.assert(
    fc.property(lines, (items) => {
      const { settings, wrong } = settingsOf(fromFlags({ appEnv: items }, {}), undefined, false);
      const typed = items.filter((item) => item.indexOf("=") > 0);
      const [setting] = settings;
      expect(Object.keys((setting?.value ?? {}) as object)).toEqual([
        ...new Set(typed.map((item) => item.split("=")[0])),
      ]);
      expect(wrong.length).toBe(items.length - new Set(typed.map((item) => item.split("=")[0])).size);
    }),
  );
});
