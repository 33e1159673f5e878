import { assert, integer, property, record, string } from "fast-check";
import { expect, test } from "vitest";
import { fitPage, type Line, type Page } from "../../../src/wizard/prompts/page.ts";
import { widthOf } from "../../../src/wizard/prompts/width.ts";

const PAGE: Page = {
  title: "Quintet   shop",
  progress: "question 3 of 20",
  given: [
    ["Layout", "five"],
    ["SSH user", "deploy"],
  ],
  question: "Which address has web2?",
  hint: "An IP address.",
  input: [{ text: "> " }, { text: "10.0.0.12" }],
  message: { text: "No.", style: "bad" },
  live: [[{ text: "ok  web1  Debian 13" }], [{ text: "..  web2" }]],
  help: [
    ["Enter", "next"],
    ["Esc", "back"],
    ["Ctrl-C", "stop, keeping all"],
  ],
};

const text = (lines: readonly Line[]) => lines.map((line) => line.map((span) => span.text).join(""));

test("a page with all there is to it", () => {
  const { above, below } = fitPage(PAGE, { columns: 60, rows: 24 });
  expect(text(above)).toEqual([
    "Quintet   shop                             question 3 of 20",
    "-".repeat(59),
    "",
    "  Layout    five",
    "  SSH user  deploy",
    "",
    "Which address has web2?",
    "An IP address.",
    "> 10.0.0.12",
  ]);
  expect(text(below)).toEqual([
    "No.",
    "",
    "ok  web1  Debian 13",
    "..  web2",
    "",
    "Enter next   Esc back   Ctrl-C stop, keeping all",
  ]);
});

test("where there is little room, the question, the cursor and the keys stay", () => {
  const { above, below } = fitPage(PAGE, { columns: 30, rows: 8 });
  expect(text([...above, ...below])).toEqual(
    [
      "Quintet   ..  question 3 of 20".slice(0, 29),
      "-".repeat(29),
      "Which address has web2?",
      "An IP address.",
      "> 10.0.0.12",
      "No.",
      "Enter next   Esc back",
    ].map((line, index) => (index === 0 ? expect.stringContaining("question 3 of 20") : line)),
  );
});

test("never more lines and columns than the terminal has", () => {
  const pages = record({
    columns: integer({ min: 20, max: 140 }),
    rows: integer({ min: 10, max: 50 }),
    question: string({ maxLength: 300 }),
    given: integer({ min: 0, max: 40 }),
    live: integer({ min: 0, max: 40 }),
  });
  assert(
    property(pages, ({ columns, rows, question, given, live }) => {
      const page: Page = {
        ...PAGE,
        question: question.replace(/[^\x20-\x7e]/g, "?"),
        given: Array.from({ length: given }, (_, index) => [`Label ${index}`, "value ".repeat(index)]),
        live: Array.from({ length: live }, () => [{ text: "x".repeat(50) }, { text: "y".repeat(50) }]),
      };
      const { above, below } = fitPage(page, { columns, rows });
      const lines = text([...above, ...below]);
      expect(lines.length).toBeLessThan(rows);
      for (const line of lines) expect(widthOf(line)).toBeLessThan(columns);
      expect(text(above).at(-1)).toBe("> 10.0.0.12");
    }),
  );
});
