import { isAddress, readAddress } from "../stack/addresses.ts";
import { listed, shown } from "../stack/faults.ts";
import { nearest } from "../stack/nearest.ts";

/** What may follow a host's address. */
const OPTIONS = [
  "private",
  "tiers",
  "ssh_user",
  "ssh_port",
  "ssh_identity",
  "ssh_proxy_jump",
  "ssh_host",
  "suite",
] as const;
type HostOption = (typeof OPTIONS)[number];

/** One host as it was typed; nothing is checked but its form. */
export interface HostItem {
  readonly name: string;
  readonly address: string;
  readonly options: Readonly<Partial<Record<HostOption, string>>>;
}

/** What is wrong, and what would be right. */
export type Wrong = readonly [message: string, expected: string];

export interface HostItems {
  readonly items: readonly HostItem[];
  readonly wrong: readonly Wrong[];
}

const FORM = "Give name=address, such as web1=10.0.0.11.";

/**
 * Reads hosts as flags, the environment and the wizard give them: `web1=10.0.0.11,private=192.168.0.11,tiers=web+app`,
 * with blanks or lines between hosts. A value with a blank or a comma stands in double quotes, as in JSON.
 */
export function readHosts(text: string): HostItems {
  const items: HostItem[] = [];
  const wrong: Wrong[] = [];
  for (const word of wordsOf(text)) {
    const read = readWord(word);
    if (read.wrong !== undefined) wrong.push(read.wrong);
    for (const item of read.items) {
      if (!items.some(({ name }) => name === item.name)) items.push(item);
      else wrong.push([`${shown(item.name)} is given twice.`, "Give each host a name of its own."]);
    }
  }
  return { items, wrong };
}

/** The same hosts as text, one a line. */
export function hostsText(items: readonly HostItem[]): string {
  return items.map(hostText).join("\n");
}

export function hostText({ name, address, options }: HostItem): string {
  const more = OPTIONS.flatMap((option) => {
    const value = options[option];
    return value === undefined ? [] : [`,${option}=${quoted(value)}`];
  });
  return `${name}=${quoted(address)}${more.join("")}`;
}

/** Some hosts, with what others say put over those of the same name. */
export function mergeHosts(hosts: readonly HostItem[], over: readonly HostItem[]): HostItem[] {
  const known = hosts.map((host) => {
    const other = over.find(({ name }) => name === host.name);
    return other === undefined ? host : { ...other, options: { ...host.options, ...other.options } };
  });
  return [...known, ...over.filter(({ name }) => !hosts.some((host) => host.name === name))];
}

function quoted(value: string): string {
  return /^[^\s,"]+$/.test(value) ? value : JSON.stringify(value);
}

/** Parted at blanks that do not stand in double quotes. Quotes that do not close go to the end of the text. */
function wordsOf(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[^\s"])+/g) ?? [];
}

/** One host, or several with commas between. */
function readWord(word: string): { readonly items: readonly HostItem[]; readonly wrong?: Wrong } {
  const refuse = (...wrong: Wrong) => ({ items: [], wrong });
  const items: { name: string; address: string; options: Partial<Record<HostOption, string>> }[] = [];
  for (const part of word.match(/(?:"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[^,"])+/g) ?? []) {
    const equals = part.indexOf("=");
    if (equals <= 0) return refuse(`${shown(part)} names no host.`, FORM);
    const key = part.slice(0, equals);
    const value = unquoted(part.slice(equals + 1));
    if (value === undefined) return refuse(`The quotes in ${shown(part)} are not closed, or not as in JSON.`, FORM);
    const host = items.at(-1);
    const option = OPTIONS.find((one) => one === key);
    if (host !== undefined && option !== undefined) {
      if (host.options[option] !== undefined) {
        return refuse(`${option} is given twice for ${shown(host.name)}.`, "Keep one of the two.");
      }
      host.options[option] = value;
    } else if (host === undefined || isAddress(readAddress(value))) {
      items.push({ name: key, address: value, options: {} });
    } else {
      const meant = nearest(key, OPTIONS);
      const known = `A host may have ${listed(OPTIONS)}.`;
      return refuse(`A host has no ${shown(key)}.`, meant === undefined ? known : `Did you mean ${meant}?`);
    }
  }
  return { items };
}

function unquoted(text: string): string | undefined {
  if (!text.includes('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
