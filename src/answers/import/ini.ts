import { shown } from "../../stack/faults.ts";
import { addHost, groupOf, type Inventory } from "./inventory.ts";
import { shellWords } from "./words.ts";

const SECTION = /^\[([^\]:]+)(?::([^\]]*))?\]\s*(?:[#;].*)?$/;

/** Whether a text has a heading such as [web], as inventories in INI format do. */
export function isIni(text: string): boolean {
  return text.split(/\r?\n/).some((line) => SECTION.test(line.trim()));
}

/** Reads an Ansible inventory in INI format. Never throws; what cannot be read is noted. */
export function readIni(text: string): Inventory {
  const inventory: Inventory = { groups: new Map(), notes: [] };
  let group = "ungrouped";
  let kind: string | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === "" || /^[#;]/.test(content)) continue;
    const section = SECTION.exec(content);
    if (section !== null) {
      [, group = "", kind] = section;
      groupOf(inventory, group);
      if (kind !== undefined && kind !== "vars" && kind !== "children") {
        inventory.notes.push({ line, message: `${shown(content)} is no heading that Ansible knows; left out.` });
      }
    } else if (kind === "vars") {
      const [key, value] = pair(content);
      if (value === undefined) inventory.notes.push({ line, message: `${shown(content)} says no value; left out.` });
      else groupOf(inventory, group).variables.set(key.trim(), unquoted(value.trim()));
    } else if (kind === "children") {
      const [child] = shellWords(content);
      if (child !== undefined) groupOf(inventory, group).children.add(child);
    } else if (kind === undefined) readHost(inventory, group, content, line);
  }
  return inventory;
}

function readHost(inventory: Inventory, group: string, content: string, line: number): void {
  const [pattern, ...words] = shellWords(content);
  if (pattern === undefined) return;
  const variables = new Map<string, string>();
  const without: string[] = [];
  for (const word of words) {
    const [key, value] = pair(word);
    if (value === undefined) without.push(word);
    else variables.set(key, value);
  }
  if (without.length > 0) {
    inventory.notes.push({ line, message: `${shown(without.join(" "))} says no value; left out.` });
  }
  // host:port, but not an IPv6 address, and not the colon of a range.
  const [, host, port] = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(pattern) ?? [];
  if (port !== undefined && !variables.has("ansible_port")) variables.set("ansible_port", port);
  addHost(inventory, group, host ?? pattern, line, variables);
}

function pair(text: string): [key: string, value: string | undefined] {
  const equals = text.indexOf("=");
  return equals <= 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
