import type { QuestionId } from "../../answers/answers.ts";
import { checkAnswer } from "../../answers/check.ts";
import { type Question, questionOf } from "../../answers/questions.ts";
import { doubtAboutPath, startCommandOf } from "../local-files.ts";
import { choice } from "../prompts/choice.ts";
import { field } from "../prompts/field.ts";
import { BACK } from "../prompts/scene.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";

/** What these say makes the hosts worth another look; where nothing is said, ssh's own settings hold. */
export const ABOUT_LOGIN = [
  "ssh-user",
  "ssh-port",
  "ssh-identity",
  "ssh-proxy-jump",
] as const satisfies readonly QuestionId[];

const isAboutLogin = (id: QuestionId) => ABOUT_LOGIN.some((one) => one === id);

/** Any question that needs no page of its own. */
export async function askQuestion(id: QuestionId, tools: Tools, progress: string): Promise<Outcome> {
  const question = questionOf(id);
  const answer =
    question.choices.length > 0 ? await pick(question, tools, progress) : await type(question, tools, progress);
  if (answer === BACK) return BACK;
  tools.interview.set(id, answer);
  if (isAboutLogin(id)) tools.lookAtHosts();
  return "next";
}

async function pick({ id, message, help, choices, proposal }: Question, tools: Tools, progress: string) {
  const { interview } = tools;
  return choice({
    scene: tools.scene(progress, { asked: id }),
    question: message,
    hint: help,
    options: choices.map(({ value, sentence }) => ({ value, label: value, note: sentence })),
    value: interview.answer(id) ?? proposal(interview.answers),
  });
}

async function type(question: Question, tools: Tools, progress: string) {
  const { id, message, help, kind } = question;
  const { interview, options } = tools;
  const before = interview.answer(id);
  const found = await field({
    scene: tools.scene(progress, { asked: id }),
    question: message,
    hint: help,
    // A list is typed in one line.
    value: kind === "list" ? before?.replace(/\s+/g, " ") : before,
    suggestion: suggestionFor(question, tools),
    doubt: doubtFor(question, tools),
    empty: question.required(interview.answers) ? undefined : isAboutLogin(id) ? "as ssh has it" : "leave it out",
    check: (text) =>
      checkAnswer(id, text, interview.answers) ?? (id === "name" ? options.refuseName?.(text.trim()) : undefined),
  });
  return found === BACK ? BACK : "text" in found ? found.text : found.lines;
}

function suggestionFor({ id, proposal }: Question, { interview, options }: Tools): string | undefined {
  const source = interview.answer("app-source");
  const found = id === "app-start" && source !== undefined ? startCommandOf(source, options) : undefined;
  // What does not fit stack.yml is not proposed.
  if (found !== undefined && checkAnswer(id, found, interview.answers) === undefined) return found;
  return proposal(interview.answers);
}

function doubtFor({ id }: Question, { options }: Tools): ((text: string) => string | undefined) | undefined {
  if (id !== "app-source" && id !== "ssh-identity") return undefined;
  const kind = id === "app-source" ? "directory" : "file";
  return (text) => (text === "" ? undefined : doubtAboutPath(kind, text, options));
}
