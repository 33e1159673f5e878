import { isDeepStrictEqual } from "node:util";
import { Document, isCollection, isMap, type Node, type Scalar, visit } from "yaml";
import { defaultAt } from "../stack/schema-at.ts";
import type { Answers } from "./answers.ts";
import { type Setting, settingsOf, type Where } from "./settings.ts";

/** The order of a stack.yml, as a person would write it; the settings that are not named here come after. */
const ORDER = ["name", "hosts", "ssh", "virtual_ip", "site", "routes", "app", "database", "checks", "firewall"];
/** A mapping longer than this stands in lines of its own. */
const WIDEST = 100;

const HEADER = [
  " What this stack is made of: the one file to edit. What it leaves out has its default.",
  " quintet plan says what a change of it would do, quintet apply does it.",
].join("\n");

const COMMENTS: Readonly<Record<string, string>> = {
  virtual_ip: " an unused address of the balancers' subnet: the one that clients use",
  database: " one host: a single point of failure",
};

/** The text of the stack.yml that the answers ask for, with paths as they are seen from the stack directory. */
export function stackText(answers: Answers, where?: Where): string {
  return settingsText(settingsOf(answers, where).settings.filter((setting) => !isDefault(setting)));
}

/** Whether leaving the setting out would mean the same. */
function isDefault({ path, value }: Setting): boolean {
  return isDeepStrictEqual(value, defaultAt(path));
}

/** Settings as YAML that reads as they are. */
export function settingsText(settings: readonly Setting[]): string {
  // A reader of YAML 1.1 would take an unquoted yes for true.
  const document = new Document(treeOf(settings), { compat: "yaml-1.1" });
  document.commentBefore = HEADER;
  if (isMap<Scalar<string>, Node>(document.contents)) {
    for (const { key, value } of document.contents.items) shape(key.value, value);
  }
  return toText(document);
}

/** A document as text, each value in one line. */
export function toText(document: Document.Parsed | Document): string {
  if (document.contents !== null) tighten(document.contents);
  return document.toString({ lineWidth: 0 });
}

/** As one object, in the order of a stack.yml. */
function treeOf(settings: readonly Setting[]): object {
  const tree: Record<string, unknown> = Object.create(null);
  for (const key of new Set([...ORDER, ...settings.map(({ path }) => String(path[0]))])) {
    for (const { path, value } of settings) {
      const [first, second] = path.map(String);
      if (first !== key) continue;
      if (second === undefined) tree[key] = value;
      else tree[key] = { ...(tree[key] as object | undefined), [second]: value };
    }
  }
  return tree;
}

/** Short mappings in one line each, as in a table; the application in lines of its own. */
function shape(key: string, node: Node | null): void {
  if (!isCollection(node)) return;
  if (key === "hosts" && isMap<Scalar<string>, Node>(node)) {
    for (const { value } of node.items) if (isCollection(value)) value.flow = true;
    return;
  }
  node.flow = lengthOf(node) <= WIDEST;
  const comment = COMMENTS[key];
  if (node.flow && comment !== undefined) node.comment = comment;
  else if (isMap<Scalar<string>, Node>(node)) for (const { key: inner, value } of node.items) shape(inner.value, value);
}

/**
 * [web] stands without blanks inside, { address: 10.0.0.11 } with them. A text of several lines stands in quotes there:
 * without them, its lines could look like something else.
 */
function tighten(node: Node): void {
  visit(node, {
    Scalar: (_, scalar, above) => {
      const inFlow = above.some((one) => isCollection(one) && one.flow);
      if (inFlow && scalar.type === undefined && String(scalar.value).includes("\n")) scalar.type = "QUOTE_DOUBLE";
    },
    Seq: (_, list) => {
      const stringify = list.toString.bind(list);
      list.toString = (context, ...rest) => stringify(context && { ...context, flowCollectionPadding: "" }, ...rest);
    },
  });
}

function lengthOf(node: Node): number {
  return JSON.stringify(node.toJSON()).length;
}
