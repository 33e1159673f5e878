import { isDeepStrictEqual } from "node:util";
import { isAddress, readAddress } from "../../stack/addresses.ts";
import { listed, shown } from "../../stack/faults.ts";
import { isTakenHost } from "../../stack/name-rules.ts";
import { TIERS, type Tier } from "../../stack/schema.ts";
import { isKeyAt } from "../../stack/schema-at.ts";
import type { Answers } from "../answers.ts";
import { type HostItem, hostsText } from "../host-items.ts";
import { PLACES, type Place, placesOf } from "../places.ts";
import type { Found, FoundHost, Note } from "./found.ts";
import { STEM, tierOfGroup, tierOfName } from "./tiers.ts";

interface Placed {
  readonly host: FoundHost;
  readonly name: string;
  readonly tiers: readonly string[];
}

/**
 * Makes answers of the hosts that a text names: what each is for is taken from what it says itself, from its groups, from
 * the layout's places, or from its name. All but the first three are noted, and so is every host that is left out.
 */
export function placeHosts({ hosts, notes: before }: Found, wanted: string | undefined): Answered {
  const notes = [...before];
  const layout = wanted ?? layoutFor(hosts);
  const placed = spread(nameHosts(hosts, layout, notes), layout, notes);
  if (placed.length === 0) return { answers: {}, notes };
  const standard = wanted ?? (["five", "seven"] as const).find((one) => fits(placed, PLACES[one])) ?? "custom";
  const { common, own } = commonSettings(placed.map(({ host }) => host));
  const items = placed.map(({ host, name, tiers }, index): HostItem => {
    const place = placesOf(standard).find((one) => one.host === name);
    const needed = !isDeepStrictEqual(place?.tiers, tiers);
    const options = { ...own[index], ...(needed && { tiers: tiers.join("+") }) };
    // A name is no address, but it says what is lacking.
    return { name, address: host.address ?? host.name ?? "", options };
  });
  return { answers: { layout: standard, hosts: hostsText(items), ...common }, notes };
}

export interface Answered {
  readonly answers: Answers;
  readonly notes: readonly Note[];
}

/** Who names balancers, or seven addresses, has balancers of their own. */
function layoutFor(hosts: readonly FoundHost[]): "five" | "seven" {
  const balances = ({ name = "", groups }: FoundHost) =>
    tiersOfGroups(groups).length > 0
      ? tiersOfGroups(groups).includes("loadbalancer")
      : tierOfName(name) === "loadbalancer";
  return hosts.some(balances) || (hosts.length === 7 && hosts.every(({ name }) => name === undefined))
    ? "seven"
    : "five";
}

function tiersOfGroups(groups: readonly string[]): Tier[] {
  return TIERS.filter((tier) => groups.some((group) => tierOfGroup(group) === tier));
}

function nameHosts(hosts: readonly FoundHost[], layout: string, notes: Note[]): Placed[] {
  const taken = new Set(hosts.flatMap(({ name }) => (name !== undefined && canBeName(name) ? [name] : [])));
  const seen = new Set<string>();
  const placed: Placed[] = [];
  const bare: FoundHost[] = [];
  for (const host of hosts) {
    const { line, name: given } = host;
    if (given === undefined) {
      bare.push(host);
      continue;
    }
    const note = (message: string) => notes.push({ line, message });
    if (seen.has(given)) {
      note(`${shown(given)} stands there twice; this line is left out.`);
      continue;
    }
    seen.add(given);
    const tiers = tiersOf(host, given, layout, note);
    if (tiers === undefined) {
      const example = `${shown(given)}=${shown(host.address ?? "ADDRESS")},tiers=web`;
      note(`Nothing says what ${shown(given)} is for; left out. To have it in the stack, say its tiers: ${example}.`);
      continue;
    }
    const name = nameFor(given, tiers, taken);
    taken.add(name);
    if (name !== given) note(`${shown(given)} is called ${name} here.`);
    placed.push({ host: isIp(given) ? { ...host, address: host.address ?? given } : host, name, tiers });
  }
  placed.push(...placeBare(bare, layout, taken, notes));
  return placed;
}

function tiersOf(
  { groups, settings }: FoundHost,
  name: string,
  layout: string,
  note: (message: string) => void,
): readonly string[] | undefined {
  if (settings.tiers !== undefined) return settings.tiers.split("+");
  const byGroup = tiersOfGroups(groups);
  if (byGroup.length > 0) return byGroup;
  const place = placesOf(layout).find(({ host }) => host === name || host === labelOf(name));
  if (place !== undefined) return place.tiers;
  const tier = tierOfName(name);
  if (tier !== undefined) note(`${shown(name)} is taken for ${tier}, by its name.`);
  return tier && [tier];
}

/** Addresses alone take the layout's free places, in order. */
function placeBare(bare: readonly FoundHost[], layout: string, taken: ReadonlySet<string>, notes: Note[]): Placed[] {
  const free = placesOf(layout).filter(({ host }) => !taken.has(host));
  const placed = bare.slice(0, free.length).map((host, index) => {
    const place: Place = free[index] ?? { host: "", tiers: [] };
    return { host, name: place.host, tiers: place.tiers };
  });
  const [first] = bare;
  if (first !== undefined && placed.length > 0) {
    const names = listed(placed.map(({ name }) => name));
    notes.push({ line: first.line, message: `Addresses without names are taken in the layout's order: ${names}.` });
  }
  for (const { line, address = "" } of bare.slice(free.length)) {
    notes.push({ line, message: `The layout ${shown(layout)} has no place left for ${shown(address)}; left out.` });
  }
  return placed;
}

/** A name that stack.yml takes: the host's own, its first label, or its tier's with the next free number. */
function nameFor(given: string, tiers: readonly string[], taken: ReadonlySet<string>): string {
  if (canBeName(given)) return given;
  const label = labelOf(given);
  if (canBeName(label) && !taken.has(label)) return label;
  const stem = STEM[TIERS.find((tier) => tiers.includes(tier)) ?? "web"];
  for (let number = 1; ; number += 1) if (!taken.has(`${stem}${number}`)) return `${stem}${number}`;
}

function canBeName(name: string): boolean {
  return isKeyAt(["hosts"], name) && !isTakenHost(name);
}

/** The first word of a domain name, as stack.yml may have it. */
function labelOf(name: string): string {
  return isIp(name) ? "" : (name.slice(0, 256).toLowerCase().replaceAll("_", "-").split(".")[0] ?? "");
}

/** Where five machines are meant and none balances, the two web servers do. */
function spread(placed: readonly Placed[], layout: string, notes: Note[]): readonly Placed[] {
  const [first, second, third] = placed.filter(({ tiers }) => tiers.includes("web"));
  const balanced = placed.some(({ tiers }) => tiers.includes("loadbalancer"));
  const said = [first, second].some((one) => one?.host.settings.tiers !== undefined);
  if (layout !== "five" || balanced || said || first === undefined || second === undefined || third !== undefined) {
    return placed;
  }
  const message = `${first.name} and ${second.name} carry the balancers, as in the layout of five machines.`;
  notes.push({ line: 0, message });
  return placed.map((one) =>
    one === first || one === second ? { ...one, tiers: ["loadbalancer", ...one.tiers] } : one,
  );
}

/** A list may be unfinished; an inventory with fewer hosts than a layout is another layout. */
function fits(placed: readonly Placed[], places: readonly Place[]): boolean {
  const grouped = placed.some(({ host }) => host.groups.length > 0);
  const known = ({ name, tiers }: Placed) =>
    places.some((place) => place.host === name && isDeepStrictEqual(place.tiers, tiers));
  return (placed.length === places.length || !grouped) && placed.every(known);
}

const SHARED = [
  ["ssh_user", "ssh-user"],
  ["ssh_port", "ssh-port"],
  ["ssh_identity", "ssh-identity"],
  ["ssh_proxy_jump", "ssh-proxy-jump"],
] as const;

/** What all hosts say alike is the stack's; the rest stays with each. */
function commonSettings(hosts: readonly FoundHost[]): { common: Answers; own: readonly HostItem["options"][] } {
  const alike = SHARED.filter(([option]) => {
    const [value, ...others] = new Set(hosts.map(({ settings }) => settings[option]));
    return value !== undefined && others.length === 0;
  });
  const common = Object.fromEntries(alike.map(([option, id]) => [id, hosts[0]?.settings[option]]));
  const own = hosts.map(({ settings: { tiers: _, ...settings } }) =>
    Object.fromEntries(Object.entries(settings).filter(([key]) => !alike.some(([option]) => option === key))),
  );
  return { common, own };
}

function isIp(text: string): boolean {
  return isAddress(readAddress(text));
}
