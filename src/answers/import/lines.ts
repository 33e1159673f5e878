import { whyNoHost } from "../../stack/address-kinds.ts";
import { isAddress, readAddress } from "../../stack/addresses.ts";
import { shown } from "../../stack/faults.ts";
import { isKeyAt } from "../../stack/schema-at.ts";
import { readHosts } from "../host-items.ts";
import { type Found, type FoundHost, MOST_HOSTS, type Note } from "./found.ts";

/** Reads a hosts file (address, names) and pasted lists: name=address, name address, or addresses alone. */
export function readLineList(text: string): Found {
  const hosts: FoundHost[] = [];
  const notes: Note[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = raw.replace(/(^|\s)#.*$/, "").trim();
    if (content === "") continue;
    if (hosts.length >= MOST_HOSTS) {
      notes.push({ line, message: `More than ${MOST_HOSTS} hosts: the rest is left out.` });
      break;
    }
    const read = content.includes("=") ? readItems(content, line) : readWords(content, line);
    hosts.push(...read.hosts);
    notes.push(...read.notes);
  }
  return { hosts, notes };
}

function readItems(content: string, line: number): Found {
  const { items, wrong } = readHosts(content);
  return {
    hosts: items.map(({ name, address, options }) => ({ line, name, address, groups: [], settings: options })),
    notes: wrong.map(([message, expected]) => ({ line, message: `${message} ${expected}` })),
  };
}

function readWords(content: string, line: number): Found {
  const words = content.split(/[\s,;]+/).filter((word) => word !== "");
  const [first = "", ...rest] = words;
  if (words.every(isIp)) return found(words.map((address) => host(line, undefined, address)));
  if (isIp(first) && !rest.some(isIp)) {
    const name = rest.find((word) => isKeyAt(["hosts"], word)) ?? rest[0];
    const address = readAddress(first);
    const why = isAddress(address) ? whyNoHost(address) : undefined;
    return why === undefined ? found([host(line, name, first)]) : refused(line, `${first} ${why}; left out.`);
  }
  if (words.length % 2 === 0 && words.every((word, index) => isIp(word) === (index % 2 === 1))) {
    return found(
      words.flatMap((word, index) =>
        index % 2 === 0 ? [host(line, word.replace(/:$/, ""), words[index + 1] ?? "")] : [],
      ),
    );
  }
  return refused(line, `${shown(content)} says no host; left out. Give name=address, such as web1=10.0.0.11.`);
}

function isIp(word: string): boolean {
  return isAddress(readAddress(word));
}

function host(line: number, name: string | undefined, address: string): FoundHost {
  return { line, name, address, groups: [], settings: {} };
}

function found(hosts: FoundHost[]): Found {
  return { hosts, notes: [] };
}

function refused(line: number, message: string): Found {
  return { hosts: [], notes: [{ line, message }] };
}
