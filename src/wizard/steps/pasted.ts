import { readFile, stat } from "node:fs/promises";
import { type Answers, answerTo, type QuestionId } from "../../answers/answers.ts";
import { type HostItem, readHosts } from "../../answers/host-items.ts";
import { fromText } from "../../answers/import/from-text.ts";
import { type Around, absolutePath } from "../local-files.ts";
import { choice } from "../prompts/choice.ts";
import type { Line } from "../prompts/page.ts";
import { printable } from "../prompts/printable.ts";
import { BACK } from "../prompts/scene.ts";
import { padded, widthOf } from "../prompts/width.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";

/** Larger files are not lists of hosts. */
const MOST_BYTES = 1_000_000;

export function isList(text: string): boolean {
  return /^[a-z][a-z0-9-]*=/i.test(text.trim());
}

/** No address looks like a path. */
export function looksLikeFile(text: string): boolean {
  return /^(\/|~|\.\.?\/)/.test(text) || /\.(ya?ml|ini|txt|hosts|cfg)$/i.test(text) || /^(hosts|inventory)$/.test(text);
}

/** Reads a list of hosts, shows what is in it, and takes it after a yes. */
export async function takeList(text: string, isText: boolean, tools: Tools, progress: string): Promise<Outcome> {
  const { interview, options } = tools;
  const source = isText ? { text } : await readSource(text, options);
  const found = "text" in source ? read(source.text, interview.layout) : { answers: {}, notes: [source.fault] };
  const { items } = readHosts(answerTo("hosts", found.answers) ?? "");
  const column = Math.max(0, ...items.map(({ name }) => widthOf(printable(name))));
  const table = items.map((item) => row(item, column));
  const notes = found.notes.map((note): Line => [{ text: `! ${printable(note)}`, style: "warn" }]);
  const chosen = await choice({
    scene: tools.scene(progress, { asked: "hosts" }),
    question: items.length === 0 ? "There are no hosts in it" : `Take these ${items.length} hosts?`,
    table: [...table, ...notes],
    hideLive: true,
    options: [
      ...(items.length === 0 ? [] : [{ value: true, label: "Yes, take them" }]),
      { value: false, label: "No, ask for the address again" },
    ],
  });
  if (chosen === BACK || !chosen) return BACK;
  interview.takeHosts(items);
  for (const [id, answer] of Object.entries(others(found.answers))) {
    if (interview.answer(id as QuestionId) === undefined) interview.set(id as QuestionId, answer);
  }
  tools.lookAtHosts();
  return "next";
}

/** In a layout of the user's own, a host's place is where its groups or its name say. */
function read(text: string, layout: string): { readonly answers: Answers; readonly notes: readonly string[] } {
  const found = fromText(text, layout === "custom" ? undefined : layout);
  if (found.kind === "stack") {
    return { answers: {}, notes: ["That is a stack.yml: quintet init --from FILE takes it as it stands."] };
  }
  const notes = found.notes.map(({ line, message }) => (line === 0 ? message : `Line ${line}: ${message}`));
  return { answers: found.answers, notes };
}

/** What the list says besides hosts and their layout, such as who logs in. */
function others({ hosts: _, layout: __, ...rest }: Answers): Answers {
  return rest;
}

function row({ name, address, options }: HostItem, column: number): Line {
  const more = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  return [
    { text: padded(printable(name), column + 2), style: "accent" },
    { text: printable(address) },
    { text: more.length === 0 ? "" : `  ${printable(more.join(" "))}`, style: "faint" },
  ];
}

async function readSource(typed: string, around: Around): Promise<{ text: string } | { fault: string }> {
  const file = absolutePath(typed, around);
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) return { fault: `${typed} is too large for a list of hosts.` };
    return { text: await readFile(file, "utf8") };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return { fault: missing ? `There is no file ${typed}.` : `${typed} cannot be read: ${(error as Error).message}` };
  }
}
