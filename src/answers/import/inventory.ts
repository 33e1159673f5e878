import { shown } from "../../stack/faults.ts";
import { type Found, type FoundHost, type FoundSettings, MOST_HOSTS, type Note } from "./found.ts";
import { shellWords } from "./words.ts";

export type Variables = ReadonlyMap<string, string>;

/** One group of an Ansible inventory. */
export interface Group {
  readonly hosts: Map<string, { readonly line: number; readonly variables: Map<string, string> }>;
  readonly children: Set<string>;
  readonly variables: Map<string, string>;
}

export interface Inventory {
  readonly groups: Map<string, Group>;
  readonly notes: Note[];
}

export function groupOf({ groups }: Inventory, name: string): Group {
  const group = groups.get(name) ?? { hosts: new Map(), children: new Set(), variables: new Map() };
  groups.set(name, group);
  return group;
}

/** Adds a host to a group; what is said of it in several places is put together. */
export function addHost(
  inventory: Inventory,
  group: string,
  pattern: string,
  line: number,
  variables: Variables,
): void {
  const { hosts } = groupOf(inventory, group);
  for (const name of expandRange(pattern)) {
    if (hosts.size >= MOST_HOSTS && !hosts.has(name)) {
      inventory.notes.push({ line, message: `More than ${MOST_HOSTS} hosts: the rest is left out.` });
      return;
    }
    const known = hosts.get(name);
    hosts.set(name, { line: known?.line ?? line, variables: new Map([...(known?.variables ?? []), ...variables]) });
  }
}

/** web[01:03] -> web01, web02, web03, as Ansible does; steps and letters too. At most as many as hosts may be. */
function expandRange(pattern: string): string[] {
  const range = /^([^[]*)\[(?:(\d+):(\d+)|([A-Za-z]):([A-Za-z]))(?::(\d+))?\](.*)$/s.exec(pattern);
  if (range === null || pattern.length > LONGEST_PATTERN) return [pattern];
  const [, before = "", from = "", to = "", first = "", last = "", step, after = ""] = range;
  const letters = first !== "";
  const [low, high] = letters ? [first.charCodeAt(0), last.charCodeAt(0)] : [Number(from), Number(to)];
  const ends = expandRange(after);
  const names: string[] = [];
  for (let value = low; value <= high && names.length <= MOST_HOSTS; value += Math.max(1, Number(step ?? 1))) {
    const text = letters
      ? String.fromCharCode(value)
      : String(value).padStart(from.startsWith("0") ? from.length : 1, "0");
    names.push(...ends.map((end) => before + text + end));
  }
  return names.slice(0, MOST_HOSTS + 1);
}

/** Every host once, with the groups that it is in and the variables that hold for it. */
export function hostsOfInventory(inventory: Inventory): Found {
  const { groups } = inventory;
  const notes = [...inventory.notes];
  const parents = new Map<string, string[]>();
  for (const [name, { children }] of groups) {
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), name]);
  }
  const direct = new Map<string, { line: number; groups: string[] }>();
  for (const [group, { hosts }] of groups) {
    for (const [host, { line }] of hosts) {
      const known = direct.get(host);
      direct.set(host, { line: known?.line ?? line, groups: [...(known?.groups ?? []), group] });
    }
  }
  const secrets = new Set<string>();
  const hosts = [...direct].slice(0, MOST_HOSTS).map(([name, { line, groups: own }]): FoundHost => {
    const lineage = lineageOf(own, parents);
    // As Ansible has it: what is said of a group goes over its parents, what is said of a host goes over all.
    const variables = new Map<string, string>();
    for (const group of ["all", ...lineage.toReversed()]) {
      for (const [key, value] of groups.get(group)?.variables ?? []) variables.set(key, value);
    }
    for (const group of own)
      for (const [key, value] of groups.get(group)?.hosts.get(name)?.variables ?? []) variables.set(key, value);
    for (const key of variables.keys()) if (SECRETS.test(key)) secrets.add(key);
    return { line, name, groups: lineage, ...connection(name, line, variables, notes) };
  });
  for (const key of secrets) notes.push({ line: 0, message: `${shown(key)} is a secret, and left out.` });
  if (direct.size > MOST_HOSTS)
    notes.push({ line: 0, message: `More than ${MOST_HOSTS} hosts: the rest is left out.` });
  return { hosts, notes };
}

/** The groups, then their parents, each once: also where groups are each other's parents. */
function lineageOf(own: readonly string[], parents: ReadonlyMap<string, readonly string[]>): string[] {
  const lineage = new Set(own);
  for (const group of lineage) for (const parent of parents.get(group) ?? []) lineage.add(parent);
  return [...lineage];
}

const SECRETS = /^ansible_.*pass(word|phrase)?$/;
/** A longer name of hosts is none. */
const LONGEST_PATTERN = 1000;

/** What the variables say of the way to a host. */
function connection(
  host: string,
  line: number,
  variables: Variables,
  notes: Note[],
): { address: string | undefined; settings: FoundSettings } {
  const note = (message: string) => notes.push({ line, message: `${shown(host)}: ${message}` });
  const take = (...keys: string[]) => {
    const key = keys.find((one) => variables.has(one));
    const value = key === undefined ? undefined : variables.get(key)?.trim();
    if (value === undefined || value === "") return undefined;
    if (!/\{[{%#]/.test(value)) return value;
    note(`${key} is a template, and left out.`);
    return undefined;
  };
  const jump = [take("ansible_ssh_common_args"), take("ansible_ssh_extra_args")].flatMap((text) => {
    const found = text === undefined ? undefined : proxyJump(text);
    if (text?.includes("ProxyCommand")) note("its ProxyCommand is left out: name the bastion with ssh_proxy_jump=.");
    return found ?? [];
  })[0];
  const settings = {
    private: take("private_address", "private_ip"),
    ssh_user: take("ansible_user", "ansible_ssh_user"),
    ssh_port: take("ansible_port", "ansible_ssh_port"),
    ssh_identity: take("ansible_ssh_private_key_file", "ansible_private_key_file"),
    ssh_proxy_jump: jump,
  };
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  return { address: take("ansible_host", "ansible_ssh_host"), settings: given };
}

/** The bastion that arguments of ssh name: -J bastion, -o ProxyJump=bastion. */
function proxyJump(text: string): string | undefined {
  const words = shellWords(text);
  for (const [index, word] of words.entries()) {
    const option = word === "-o" ? words[index + 1] : word.startsWith("-o") ? word.slice(2) : undefined;
    const [, named] = /^ProxyJump(?:\s*=\s*|\s+)(.+)$/i.exec(option ?? "") ?? [];
    if (named !== undefined) return named;
    if (word === "-J") return words[index + 1];
    if (/^-J./.test(word)) return word.slice(2);
  }
  return undefined;
}
