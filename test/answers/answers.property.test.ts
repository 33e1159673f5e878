import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { checkAnswer, faultsOf, missing } from "../../src/answers/check.ts";
import { commandWithAnswers } from "../../src/answers/command-line.ts";
import { mergeAnswers } from "../../src/answers/flags.ts";
import { settingsOf } from "../../src/answers/settings.ts";
import { settingsText, stackText } from "../../src/answers/write.ts";
import { parse } from "../stack/example.ts";
import { anyAnswers, anyText, changedAnswers, goodAnswers } from "./typed.ts";

test("whatever is typed anywhere is either taken or told in a sentence", () => {
  fc.assert(
    fc.property(anyAnswers, (answers) => {
      for (const { message, expected } of faultsOf(answers)) {
        for (const text of [message, expected]) {
          expect(text).toMatch(/[.?]$/);
          // Nothing that a terminal would obey, and not 10,000 characters.
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(text.length).toBeLessThan(2000);
        }
      }
      missing(answers);
      commandWithAnswers("quintet", ["init"], answers);
      mergeAnswers(answers, answers);
      stackText(answers, { cwd: "/here", directory: "/here/inventories/shop" });
    }),
    { numRuns: 60 },
  );
});

test("the text that is written reads as what was typed, whatever it was", () => {
  fc.assert(
    fc.property(anyAnswers, (answers) => {
      const { settings } = settingsOf(answers);
      const document = parseDocument(settingsText(settings), { uniqueKeys: true, logLevel: "error" });
      expect(document.errors).toEqual([]);
      for (const { path, value } of settings) {
        // As JSON, whose keys are only keys: __proto__ too.
        const read = JSON.stringify(document.getIn(path, true));
        expect(JSON.parse(read)).toEqual(JSON.parse(JSON.stringify(value)));
      }
    }),
    { numRuns: 60 },
  );
});

test("stack.yml takes what nothing was said against, and says what was typed", () => {
  let taken = 0;
  fc.assert(
    fc.property(fc.oneof(changedAnswers, goodAnswers), (answers) => {
      const faults = faultsOf(answers);
      for (const { id } of faults.slice(0, 2)) expect(checkAnswer(id, answers[id] ?? "", answers)).toBeDefined();
      if (faults.length > 0 || missing(answers).length > 0) return;
      for (const id of ["hosts", "app-start"] as const)
        expect(checkAnswer(id, answers[id] ?? "", answers)).toBeUndefined();
      taken += 1;
      // As it comes back from the disk.
      const result = parse(Buffer.from(stackText(answers)).toString());
      expect("faults" in result ? result.faults : []).toEqual([]);
      if (!("stack" in result)) return;
      const { app } = result.stack;
      expect([app.start, app.build, app.static]).toEqual(
        [answers["app-start"], answers["app-build"], answers["app-static"]].map((text) =>
          text?.trim() ? text : undefined,
        ),
      );
      const lines = (answers["app-env"] ?? "")
        .split("\n")
        .filter((line) => line.trim() !== "" && !line.startsWith('"'));
      const typed = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      );
      expect(app.env).toMatchObject(typed);
    }),
    { numRuns: 60 },
  );
  expect(taken).toBeGreaterThan(10);
});

test("what is pasted into one field says nothing of another", () => {
  fc.assert(
    fc.property(fc.constantFrom("app-start", "app-build", "app-source", "ssh-identity"), anyText, (id, text) => {
      const { settings } = settingsOf({ [id]: text }, undefined, false);
      expect(settings.map((setting) => setting.id)).toEqual(text.trim() === "" ? [] : [id]);
    }),
    { numRuns: 200 },
  );
});
