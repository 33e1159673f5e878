import type { Path } from "../stack/faults.ts";
import { defaultAt, descriptionAt } from "../stack/schema-at.ts";
import { type Answers, QUESTION_IDS, type QuestionId } from "./answers.ts";
import { type Choice, type Kind, ROWS, type Row } from "./question-rows.ts";

export interface Question {
  readonly id: QuestionId;
  /** The heading that it stands under. */
  readonly section: string;
  /** Where the answer stands in stack.yml; none: it decides about other settings. */
  readonly path: Path | undefined;
  /** Such as --name. */
  readonly flag: string;
  /** Whether the flag may be given more than once. */
  readonly repeatable: boolean;
  /** The environment variable, such as QUINTET_NAME. */
  readonly variable: string;
  /** What stands after the flag in a help text, such as NAME. */
  readonly placeholder: string;
  /** The sentence asked. */
  readonly message: string;
  /** What a person should know to answer it. */
  readonly help: string;
  readonly kind: Kind;
  /** Of a choice; else none. */
  readonly choices: readonly Choice[];
  /** Whether nothing can be made without an answer. */
  readonly required: (answers: Answers) => boolean;
  /** What is taken, or sensible, where nothing is said. */
  readonly proposal: (answers: Answers) => string | undefined;
  /** Whether it is asked only of who wants to be asked everything. */
  readonly advanced: boolean;
}

/** All questions, in the order in which a person knows the answers. */
export const QUESTIONS: readonly Question[] = QUESTION_IDS.map((id) => question(id, ROWS[id]));

export function questionOf(id: QuestionId): Question {
  return question(id, ROWS[id]);
}

function question(id: QuestionId, row: Row): Question {
  const { path, kind = "text", choices = [] } = row;
  const standard = path === undefined ? undefined : defaultAt(path);
  return {
    id,
    section: row.section,
    path,
    flag: row.flag ?? `--${id}`,
    repeatable: ["list", "lines", "hosts"].includes(kind),
    variable: `QUINTET_${id.toUpperCase().replaceAll("-", "_")}`,
    placeholder: row.placeholder,
    message: row.message,
    help: row.help ?? (path === undefined ? "" : (descriptionAt(path) ?? "")),
    kind,
    choices,
    required: (answers) => (typeof row.required === "function" ? row.required(answers) : (row.required ?? false)),
    proposal: row.proposal ?? (() => textOf(standard)),
    // Where there is nothing to choose, nobody needs to be asked.
    advanced: row.advanced ?? choices.length === 1,
  };
}

function textOf(standard: unknown): string | undefined {
  if (Array.isArray(standard)) return standard.join(" ");
  return typeof standard === "string" || typeof standard === "number" ? String(standard) : undefined;
}
