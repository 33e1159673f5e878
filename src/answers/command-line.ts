import { quoteArgv } from "../remote/quote.ts";
import { type Answers, answerTo } from "./answers.ts";
import { hostText, readHosts } from "./host-items.ts";
import { readLines, readWords } from "./list-items.ts";
import { QUESTIONS, type Question } from "./questions.ts";

/**
 * The one command line that gives the same answers without asking, quoted for a POSIX shell. The words of `verb` stand
 * as they are, before the flags.
 */
export function commandWithAnswers(program: string, verb: readonly string[], answers: Answers): string {
  const flags = QUESTIONS.flatMap((question) => {
    const text = answerTo(question.id, answers);
    // No command line can hold a NUL, and no setting either.
    if (text === undefined || text.includes("\0")) return [];
    return flagItems(question, text).flatMap((item) =>
      item.startsWith("-") ? [`${question.flag}=${item}`] : [question.flag, item],
    );
  });
  return quoteArgv([program, ...verb, ...flags, "--yes"]);
}

/** One flag an item, where all items can be read and there are some: an empty list is an answer too. */
function flagItems(question: Question, text: string): readonly string[] {
  const items = itemsIn(question, text) ?? [];
  return items.length === 0 ? [text] : items;
}

function itemsIn({ kind }: Question, text: string): readonly string[] | undefined {
  if (kind === "hosts") {
    const { items, wrong } = readHosts(text);
    return wrong.length > 0 ? undefined : items.map(hostText);
  }
  if (kind === "list") return readWords(text);
  if (kind !== "lines") return [text];
  const lines = readLines(text);
  const read = lines.filter((line) => line !== undefined);
  return read.length < lines.length ? undefined : read;
}
