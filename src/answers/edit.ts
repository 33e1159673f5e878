import { type Document, isMap, parseDocument } from "yaml";
import type { Path } from "../stack/faults.ts";
import { type Answers, answerTo, type QuestionId } from "./answers.ts";
import { readHosts } from "./host-items.ts";
import { QUESTIONS } from "./questions.ts";
import { type AnswerFault, settingsOf, type Where } from "./settings.ts";
import { toText } from "./write.ts";

/** A stack.yml with other settings, its comments kept; or why it cannot be changed so. */
export type Edited = { readonly text: string } | { readonly faults: readonly AnswerFault[] };

/**
 * Puts what is said besides a stack.yml over it: a host's settings one by one, a variable of the application by its
 * name, any other setting as a whole. An answer of nothing takes the setting out. Text that is no YAML is left as it is.
 */
export function editStack(text: string, answers: Answers, where?: Where): Edited {
  const changed = QUESTIONS.filter(({ id, path }) => path !== undefined && answers[id] !== undefined);
  if (changed.length === 0) return { text };
  const document = parse(text);
  if (document === undefined || document.errors.length > 0 || !isMap(document.contents)) return { text };
  const { settings, wrong } = settingsOf(answers, where, false);
  const faults = wrong.filter((fault) => fault.path === undefined);
  for (const { id, path = [], flag } of changed) {
    try {
      if (answerTo(id, answers) === undefined) document.deleteIn(path);
      const value = settings.find((setting) => setting.id === id)?.value;
      for (const change of changesOf(id, value, path, answers)) put(document, change);
    } catch {
      // An anchor, or text where settings belong, stands in the way.
      faults.push({ id, message: `${flag} cannot change this stack.yml.`, expected: "Change it in the file itself." });
    }
  }
  if (faults.length > 0) return { faults };
  try {
    return { text: toText(document) };
  } catch {
    // An anchor that is not there, which whoever reads the text as it was will say.
    return { text };
  }
}

/** Undefined where the text is nested too deeply for the parser. */
function parse(text: string): Document.Parsed | undefined {
  try {
    return parseDocument(text, { uniqueKeys: false, logLevel: "error" });
  } catch {
    return undefined;
  }
}

interface Change {
  readonly path: Path;
  readonly value: unknown;
  /** Only where the file says nothing there. */
  readonly unlessSaid?: boolean;
}

/** The settings below a path that an answer says something of. */
function changesOf(id: QuestionId, value: unknown, path: Path, answers: Answers): Change[] {
  if (value === undefined) return [];
  const below = (above: Path, settings: object): Change[] =>
    Object.entries(settings).map(([key, inner]) => ({ path: [...above, key], value: inner }));
  if (id === "app-env") return below(path, value as object);
  if (id !== "hosts") return [{ path, value }];
  const said = readHosts(answerTo("hosts", answers) ?? "").items;
  return Object.entries(value as Record<string, object>).flatMap(([host, settings]) =>
    Object.entries(settings).flatMap(([key, inner]): Change[] => {
      const at = [...path, host, key];
      // The layout's tiers are for new hosts; those of the file stay.
      if (key === "tiers") {
        return [
          { path: at, value: inner, unlessSaid: said.every(({ name, options }) => name !== host || !options.tiers) },
        ];
      }
      return typeof inner === "object" ? below(at, inner) : [{ path: at, value: inner }];
    }),
  );
}

function put(document: Document.Parsed, { path, value, unlessSaid }: Change): void {
  if (unlessSaid && document.hasIn(path)) return;
  // A new host stands in one line, as those around it.
  const host = path.slice(0, 2);
  if (path[0] === "hosts" && path.length > 2 && !document.hasIn(host)) {
    document.setIn(host, document.createNode({}, { flow: true }));
  }
  // A node would take the place of the one that has the comment.
  document.setIn(path, typeof value === "object" ? document.createNode(value, { flow: true }) : value);
}
