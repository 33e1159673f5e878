import { isAddress, readAddress } from "../../stack/addresses.ts";
import { keysAt } from "../../stack/schema-at.ts";
import { readTree } from "../../stack/tree.ts";
import type { Answers } from "../answers.ts";
import type { Note } from "./found.ts";
import { isIni, readIni } from "./ini.ts";
import { hostsOfInventory } from "./inventory.ts";
import { readLineList } from "./lines.ts";
import { placeHosts } from "./place.ts";
import { isInventory, readYamlInventory } from "./yaml-inventory.ts";

export type { Note } from "./found.ts";

export type Imported =
  /** To be taken as it stands; whether it is right is parseStack's to say. */
  | { readonly kind: "stack"; readonly text: string }
  /** What it says of hosts and how to log in; `layout` and `hosts` are missing where no host could be placed. */
  | {
      readonly kind: "hosts";
      readonly format: "Ansible inventory (INI)" | "Ansible inventory (YAML)" | "list of hosts";
      readonly answers: Answers;
      /** What was left out or assumed, by line. */
      readonly notes: readonly Note[];
    };

const LONGEST_TEXT = 256 * 1024;

/**
 * Recognises and reads a stack.yml, an Ansible inventory (INI or YAML), a hosts file, or a pasted list of hosts.
 * `layout` says what hosts without groups are for. Never throws, whatever the text.
 */
export function fromText(text: string, layout?: string): Imported {
  const content = text.replace(/^\uFEFF/, "");
  if (content.length > LONGEST_TEXT) {
    const message = `The text is ${Math.ceil(content.length / 1024)} KiB long; ${LONGEST_TEXT / 1024} KiB is the most.`;
    return { kind: "hosts", format: "list of hosts", answers: {}, notes: [{ line: 0, message }] };
  }
  const faults: Note[] = [];
  const tree = readTree(
    content,
    ({ line }, _, message, expected) => faults.push({ line, message: `${message} ${expected}` }),
    () => {},
  );
  const hosts = (
    format: "Ansible inventory (INI)" | "Ansible inventory (YAML)" | "list of hosts",
    found: Answered,
  ) => ({
    kind: "hosts" as const,
    format,
    answers: found.answers,
    notes: found.notes.toSorted((one, other) => one.line - other.line),
  });
  if (isInventory(tree.value)) {
    const inventory = readYamlInventory(tree);
    inventory.notes.push(...faults);
    return hosts("Ansible inventory (YAML)", placeHosts(hostsOfInventory(inventory), layout));
  }
  if (isStack(tree.value, content)) return { kind: "stack", text: content };
  if (isIni(content)) return hosts("Ansible inventory (INI)", placeHosts(hostsOfInventory(readIni(content)), layout));
  return hosts("list of hosts", placeHosts(readLineList(content), layout));
}

type Answered = ReturnType<typeof placeHosts>;

/** A setting of stack.yml stands at the top; `web1: 10.0.0.11` is a host of a list, whatever its name. */
function isStack(value: unknown, text: string): boolean {
  const keys = keysAt([]);
  if (value === undefined) return text.split("\n").some((line) => keys.some((key) => line.startsWith(`${key}:`)));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) => keys.includes(key) && !(typeof inner === "string" && isAddress(readAddress(inner))),
  );
}
