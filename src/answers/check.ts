import { isDeepStrictEqual } from "node:util";
import { type Path, shown } from "../stack/faults.ts";
import { checkRules } from "../stack/rules.ts";
import { readShape } from "../stack/shape.ts";
import { readTree } from "../stack/tree.ts";
import { type Answers, answerTo, type QuestionId } from "./answers.ts";
import { readHosts } from "./host-items.ts";
import { placesOf } from "./places.ts";
import { QUESTIONS, type Question, questionOf } from "./questions.ts";
import { type AnswerFault, settingsOf, settled } from "./settings.ts";
import { settingsText } from "./write.ts";

export type { AnswerFault } from "./settings.ts";

/**
 * What is wrong with an answer and what would be right, or undefined. The other answers count as far as they are
 * there: those before it are right, those after it may have to change. With `partial`, more hosts are to come.
 */
export function checkAnswer(id: QuestionId, text: string, answers: Answers, partial = false): string | undefined {
  const others = { ...answers, [id]: undefined };
  const all = { ...answers, [id]: text };
  if (answerTo(id, all) === undefined) {
    const { required, help } = questionOf(id);
    return required(answers) ? `There is no answer. ${help}` : undefined;
  }
  const found = findFaults(all, partial);
  const own = found.find((fault) => fault.id === id);
  if (own !== undefined) return sentence(own);
  const before = findFaults(others, true).map(sentence);
  const position = (one: QuestionId) => QUESTIONS.findIndex((question) => question.id === one);
  const caused = found.find(
    (fault) =>
      position(fault.id) < position(id) && answerTo(fault.id, all) !== undefined && !before.includes(sentence(fault)),
  );
  return caused && sentence(caused);
}

/** Every answer that cannot be right, all at once, in the order of the questions; not what is missing. */
export function faultsOf(answers: Answers): AnswerFault[] {
  return findFaults(answers, false);
}

export function sentence({ message, expected }: Pick<AnswerFault, "message" | "expected">): string {
  return `${message} ${expected}`;
}

/** A question that has to be answered and is not. */
export interface Missing {
  readonly id: QuestionId;
  readonly flag: string;
  readonly variable: string;
  readonly message: string;
}

/** Everything that has to be said and is not, in the order of the questions. */
export function missing(answers: Answers): Missing[] {
  return QUESTIONS.filter(({ id, required }) => required(answers) && answerTo(id, answers) === undefined).map(
    ({ id, flag, variable, message }) => ({ id, flag, variable, message }),
  );
}

/** By the schema and the rules that stack.yml is checked by, on the very text that would be written. */
function findFaults(answers: Answers, partial: boolean): AnswerFault[] {
  const { settings, wrong } = settingsOf(answers);
  const faults = [...wrong];
  const add = (path: Path, message: string, expected: string) => {
    const told =
      wrong.some((fault) => fault.path !== undefined && isDeepStrictEqual(fault.path, path)) ||
      // Of a layout that there is not, the layout is what is wrong.
      (path[2] === "tiers" && wrong.some(({ id }) => id === "layout"));
    if (!told && !isMissing(path, answers))
      faults.push({ id: ownerOf(path, answers), message: about(path, message), expected });
  };
  const tree = readTree(settingsText(settings), (_, path, message, expected) => add(path, message, expected), ignore);
  const shape = tree.value === undefined ? undefined : readShape(tree.value, add);
  const complete = !partial && !wrong.some(({ id }) => id === "hosts" || id === "layout");
  if (shape !== undefined) checkRules(shape.draft, complete, add, ignore);
  if (complete && !faults.some(({ id }) => id === "hosts")) faults.push(...unfilled(answers));
  const order = QUESTIONS.map(({ id }) => id);
  faults.sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
  // What was made of a wrong answer is wrong as well, and nobody said it.
  const said = faults.filter(({ id }) => answerTo(id, answers) !== undefined);
  return said.length > 0 ? said : faults;
}

function ignore(): void {}

/** Says which host or variable it is about, where the sentence does not begin with it. */
function about(path: Path, message: string): string {
  const item = path[0] === "hosts" ? path.slice(1) : path.slice(0, 2).join(".") === "app.env" ? path.slice(2) : [];
  const name = shown(item[0]);
  return item.length === 0 || message.startsWith(`${name} `) ? message : `${name}: ${message}`;
}

/** The question whose answer stands at a path or around it; of a text that is too long, the longest answer's. */
function ownerOf(path: Path, answers: Answers): QuestionId {
  const around = QUESTIONS.find((question) => question.path?.every((key, index) => path[index] === key));
  const length = ({ id }: Question) => answerTo(id, answers)?.length ?? 0;
  return (around ?? QUESTIONS.reduce((longest, question) => (length(question) > length(longest) ? question : longest)))
    .id;
}

/** Whether what the schema misses there is only what nobody said yet. */
function isMissing(path: Path, answers: Answers): boolean {
  if (path.length === 0) return false;
  const below = QUESTIONS.filter((question) => path.every((key, index) => question.path?.[index] === key));
  return below.length > 0 && below.every(({ id }) => settled(id, answers) === undefined);
}

/** Who chose a layout of five machines and names four has forgotten one. */
function unfilled(answers: Answers): AnswerFault[] {
  const text = answerTo("hosts", answers);
  if (text === undefined) return [];
  const layout = settled("layout", answers)?.trim() ?? "";
  const names = readHosts(text).items.map(({ name }) => name);
  return placesOf(layout)
    .filter(({ host }) => !names.includes(host))
    .map(({ host, tiers }) => ({
      id: "hosts",
      message: `The layout ${shown(layout)} has a host ${host} (${tiers.join(", ")}), and nothing says its address.`,
      expected: `Add ${host}=ADDRESS, or take the layout custom, where each host says its tiers.`,
    }));
}
