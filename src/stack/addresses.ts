import { isIP, isIPv4, isIPv6 } from "node:net";
import { shown } from "./faults.ts";

export interface Address {
  readonly family: 4 | 6;
  /** As it was given. */
  readonly given: string;
  /** One spelling for one address: RFC 5952 for IPv6. */
  readonly text: string;
  /** The address as one number of 32 or 128 bits. */
  readonly value: bigint;
}

export interface Network {
  readonly family: 4 | 6;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
  /** Such as 10.0.0.0/24. */
  readonly text: string;
}

/** Why a text is not an address or network: what is wrong, and what would be right. */
export type Refusal = readonly [message: string, expected: string];

export const BITS = { 4: 32, 6: 128 } as const;
const GIVE = "Give an IPv4 or IPv6 address such as 10.0.0.30.";

/** Reads an address of any kind; not whether a host can have it (see address-kinds.ts). */
export function readAddress(text: string): Address | Refusal {
  const family = text.includes("%") ? 0 : isIP(text);
  if (family === 4) return { family, given: text, text, value: joined(text.split(".").map(Number), 8) };
  if (family === 6) {
    const value = joined(groups(text), 16);
    return { family, given: text, text: ipv6Text(value), value };
  }
  const inner = withoutExtras(text);
  return [`${shown(text)} is not an address: ${whyNot(text)}.`, isIP(inner) ? `Give ${inner} alone.` : GIVE];
}

/** Reads a network in CIDR notation, such as 10.0.0.0/8 or fd00::/8. */
export function readNetwork(text: string): Network | Refusal {
  const [base = "", length, ...rest] = text.split("/");
  const address = readAddress(base);
  if (!isAddress(address)) {
    const [message] = address;
    return [message.replace("is not an address", "is not the address of a network"), "Give one such as 10.0.0.0/8."];
  }
  const bits = BITS[address.family];
  if (length === undefined) {
    return [`${text} has no prefix length.`, `Give a network such as 10.0.0.0/8; one address is ${text}/${bits}.`];
  }
  if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) {
    return [`${shown(text)} has no prefix length that is a number.`, `Give a network such as ${address.text}/${bits}.`];
  }
  if (Number(length) > bits) {
    return [`/${length} is longer than an IPv${address.family} address.`, `Give a prefix length from 0 to ${bits}.`];
  }
  const network = subnet(address, Number(length));
  if (network.first === address.value) return network;
  return [`${text} is an address within a network.`, `Give the network, ${network.text}, or ${address.text}/${bits}.`];
}

/** An address as its owner wrote it, and how it is written elsewhere where that differs. */
export function bothSpellings({ given, text }: Address): string {
  return given === text ? text : `${given} (${text})`;
}

export function isAddress(read: Address | Refusal): read is Address {
  return "family" in read;
}

export function isNetwork(read: Network | Refusal): read is Network {
  return "family" in read;
}

/** The network of this prefix length that an address is in. */
export function subnet(address: Address, prefix: number): Network {
  const { family, value } = address;
  const size = 1n << BigInt(BITS[family] - prefix);
  const first = value - (value % size);
  const text = `${family === 4 ? ipv4Text(first) : ipv6Text(first)}/${prefix}`;
  return { family, prefix, first, last: first + size - 1n, text };
}

export function contains(network: Network, address: Pick<Address, "family" | "value">): boolean {
  return network.family === address.family && network.first <= address.value && address.value <= network.last;
}

/** The bytes of an address, the highest first: 4 or 16. */
export function bytesOf({ family, value }: Address): number[] {
  const count = BITS[family] / 8;
  return Array.from({ length: count }, (_, index) => Number((value >> BigInt(8 * (count - 1 - index))) & 255n));
}

function joined(parts: readonly number[], bits: number): bigint {
  return parts.reduce((value, part) => (value << BigInt(bits)) | BigInt(part), 0n);
}

/** The eight groups of a well-formed IPv6 address. */
function groups(text: string): number[] {
  const dotted = /[\d.]+\.\d+$/.exec(text)?.[0];
  if (dotted !== undefined) {
    const low = joined(dotted.split(".").map(Number), 8);
    return groups(`${text.slice(0, -dotted.length)}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const [head = [], tail] = text
    .split("::")
    .map((half) => half.split(":").flatMap((group) => (group === "" ? [] : [Number.parseInt(group, 16)])));
  return tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill(0), ...tail];
}

function ipv4Text(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
}

function ipv6Text(value: bigint): string {
  const hex = value.toString(16).padStart(32, "0");
  const full = hex.match(/.{4}/g)?.join(":") ?? "";
  // The URL standard writes IPv6 hosts as RFC 5952 asks: lower case, the longest run of zeros left out.
  return new URL(`http://[${full}]/`).hostname.slice(1, -1);
}

/** Without blanks, a prefix length, brackets, a port or an interface. */
function withoutExtras(text: string): string {
  const [address = ""] = text.trim().split(/[/%]/);
  return address.replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
}

function whyNot(text: string): string {
  if (/^\[.*\]/.test(text)) return "it stands in brackets";
  const [before = "", after] = text.split("/");
  if (after !== undefined && isIP(before)) return `it has a prefix length (/${shown(after)}) attached`;
  const port = /^(.*):(\d+)$/.exec(text);
  if (port !== null && isIPv4(port[1] ?? "")) return `it has a port (:${shown(port[2])}) attached`;
  if (text.includes("%") && isIPv6(text.split("%")[0] ?? "")) return "it names an interface (%)";
  if (/^[\d.]+$/.test(text)) return whyNotIpv4(text.split("."));
  if (text.includes(":") && /^[\da-f:.]+$/i.test(text)) return whyNotIpv6(text);
  if (/^[a-z\d]([a-z\d.-]*[a-z\d])?\.?$/i.test(text)) return "it is a name";
  return text.trim() === text ? "it has signs that no address has" : "it begins or ends with a blank";
}

function whyNotIpv4(parts: readonly string[]): string {
  if (parts.includes("")) return "a number is missing between its dots";
  if (parts.length !== 4) return `it has ${parts.length} ${parts.length === 1 ? "number" : "numbers"} instead of 4`;
  const tooLarge = parts.find((part) => Number(part) > 255);
  if (tooLarge !== undefined) return `${shown(tooLarge)} is more than 255`;
  return `${parts.find((part) => part.length > 1 && part.startsWith("0"))} begins with a zero`;
}

function whyNotIpv6(text: string): string {
  const long = text.split(":").find((group) => group.length > 4 && !group.includes("."));
  if (long !== undefined) return `${shown(long)} has more than 4 digits`;
  const shortened = text.split("::").length - 1;
  if (shortened > 1 || text.includes(":::")) return "it has :: more than once";
  const count = text.split(":").filter((group) => group !== "").length;
  if (shortened === 0 && count !== 8) return `it has ${count} groups instead of 8`;
  return count > 7 ? "it has too many groups" : "it is not a well-formed IPv6 address";
}
