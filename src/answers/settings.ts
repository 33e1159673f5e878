import { isAbsolute, relative, resolve } from "node:path";
import { listed, type Path, shown } from "../stack/faults.ts";
import { nearest } from "../stack/nearest.ts";
import { takesNumber } from "../stack/schema-at.ts";
import { type Answers, answerTo, type QuestionId } from "./answers.ts";
import { type HostItem, readHosts, type Wrong } from "./host-items.ts";
import { readLines, readWords } from "./list-items.ts";
import { placesOf } from "./places.ts";
import { QUESTIONS, type Question, questionOf } from "./questions.ts";

/** A setting of stack.yml; mappings are objects without a prototype. */
export interface Setting {
  readonly id: QuestionId;
  readonly path: Path;
  readonly value: unknown;
}

/** An answer that cannot be right. */
export interface AnswerFault {
  readonly id: QuestionId;
  /** What is wrong, a sentence. */
  readonly message: string;
  /** What would be right, a sentence. */
  readonly expected: string;
  /** The setting that it is about, where that is less than the whole answer. */
  readonly path?: Path;
}

/** Where paths are typed, and where they will stand; both absolute. */
export interface Where {
  readonly cwd: string;
  readonly directory: string;
}

/** What the answers say of stack.yml, setting by setting, in the order of the questions; what cannot be read is wrong. */
export interface Settings {
  readonly settings: readonly Setting[];
  readonly wrong: readonly AnswerFault[];
}

/** stack.yml wants these; nobody has to say them. */
const DERIVED: readonly QuestionId[] = ["app-runtime", "database-name"];

/** The answer, or what is taken in its place where stack.yml wants something there. */
export function settled(id: QuestionId, answers: Answers): string | undefined {
  const derived = DERIVED.includes(id) || id === "layout";
  return answerTo(id, answers) ?? (derived ? questionOf(id).proposal(answers) : undefined);
}

/**
 * Reads what was typed. Without `where`, paths stay as they are typed. With `derive` false only what was said itself
 * counts.
 */
export function settingsOf(answers: Answers, where?: Where, derive = true): Settings {
  const settings: Setting[] = [];
  const wrong: AnswerFault[] = [];
  for (const question of QUESTIONS) {
    const { id, path } = question;
    const text = derive ? settled(id, answers) : answerTo(id, answers);
    if (text === undefined) continue;
    const read = readAnswer(question, text, answers, where);
    wrong.push(...read.wrong.map(([message, expected]) => ({ id, message, expected })));
    wrong.push(...(read.unplaced ?? []).map((fault) => ({ id, ...fault })));
    if (path !== undefined && read.value !== undefined) settings.push({ id, path, value: read.value });
  }
  return { settings, wrong };
}

interface Read {
  readonly value: unknown;
  readonly wrong: readonly Wrong[];
  readonly unplaced?: readonly Omit<AnswerFault, "id">[];
}

function readAnswer(question: Question, text: string, answers: Answers, where: Where | undefined): Read {
  const right = (value: unknown): Read => ({ value, wrong: [] });
  switch (question.kind) {
    case "hosts":
      return readHostSettings(text, answers, where);
    case "lines":
      return readEnvironment(text);
    case "list":
      return right(readWords(text));
    case "choice":
      return question.path === undefined ? { value: undefined, wrong: choose(question, text) } : right(text.trim());
    case "text":
      return right(plain(question, text, where));
  }
}

function plain({ id, path = [] }: Question, text: string, where: Where | undefined): string | number {
  if (id === "app-source" || id === "ssh-identity") return relocated(text, where);
  // What a person sets around a command may be meant; around a name it never is.
  if (id.startsWith("app-") && id !== "app-health" && !takesNumber(path)) return text;
  return takesNumber(path) ? wholeNumber(text.trim()) : text.trim();
}

/** What is no whole number stays text: the schema knows what to say of it. */
function wholeNumber(text: string): string | number {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

function choose({ choices }: Question, text: string): Wrong[] {
  const known = choices.map(({ value }) => value);
  if (known.includes(text.trim())) return [];
  const meant = nearest(text.trim(), known);
  const expected = meant === undefined ? `Give ${listed(known, "or")}.` : `Did you mean ${meant}?`;
  return [[`${shown(text)} is not one of ${listed(known)}.`, expected]];
}

function readEnvironment(text: string): Read {
  const value: Record<string, string> = Object.create(null);
  const wrong: Wrong[] = [];
  for (const line of readLines(text)) {
    const equals = line?.indexOf("=") ?? -1;
    const key = line?.slice(0, equals) ?? "";
    if (line === undefined) wrong.push(["A line begins with a quote and is no JSON text.", "Give KEY=VALUE."]);
    else if (equals <= 0) wrong.push([`${shown(line)} names no variable and its value.`, "Give KEY=VALUE."]);
    else if (key in value) wrong.push([`${shown(key)} is given twice.`, "Keep one of the two."]);
    else value[key] = line.slice(equals + 1);
  }
  return { value, wrong };
}

function readHostSettings(text: string, answers: Answers, where: Where | undefined): Read {
  const { items, wrong } = readHosts(text);
  const layout = settled("layout", answers)?.trim() ?? "";
  const value: Record<string, unknown> = Object.create(null);
  const unplaced: Omit<AnswerFault, "id">[] = [];
  for (const item of items) {
    const tiers = tiersOf(item, layout);
    value[item.name] = hostSettings(item, tiers, where);
    // Of a layout that there is not, the layout is what is wrong.
    if (tiers !== undefined || (layout !== "custom" && placesOf(layout).length === 0)) continue;
    const name = shown(item.name);
    const because = layout === "custom" ? "." : `: the layout ${layout} has no such host.`;
    unplaced.push({
      path: ["hosts", item.name, "tiers"],
      message: `Nothing says what ${name} is for${because}`,
      expected: `Add its tiers, such as ${name}=${shown(item.address)},tiers=web.`,
    });
  }
  return { value, wrong, unplaced };
}

function tiersOf(item: HostItem, layout: string): readonly string[] | undefined {
  if (item.options.tiers !== undefined) return item.options.tiers.split("+").map((tier) => tier.trim());
  return placesOf(layout).find(({ host }) => host === item.name)?.tiers;
}

function hostSettings(
  { address, options }: HostItem,
  tiers: readonly string[] | undefined,
  where: Where | undefined,
): object {
  const ssh = {
    ...(options.ssh_user !== undefined && { user: options.ssh_user }),
    ...(options.ssh_port !== undefined && { port: wholeNumber(options.ssh_port) }),
    ...(options.ssh_identity !== undefined && { identity: relocated(options.ssh_identity, where) }),
    ...(options.ssh_proxy_jump !== undefined && { proxy_jump: options.ssh_proxy_jump }),
    ...(options.ssh_host !== undefined && { host: options.ssh_host }),
  };
  return {
    address,
    ...(options.private !== undefined && options.private !== address && { private_address: options.private }),
    ...(tiers !== undefined && { tiers }),
    ...(Object.keys(ssh).length > 0 && { ssh }),
    ...(options.suite !== undefined && { machine: { suite: options.suite } }),
  };
}

/** A path is typed relative to where its writer stands, and stands in stack.yml relative to the stack directory. */
function relocated(path: string, where: Where | undefined): string {
  if (where === undefined || isAbsolute(path) || path === "~" || path.startsWith("~/")) return path;
  const moved = relative(where.directory, resolve(where.cwd, path));
  return moved.startsWith("..") ? moved : `./${moved}`;
}
