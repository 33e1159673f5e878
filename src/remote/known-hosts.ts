import { createHash, createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { SshTarget } from "../stack/stack.ts";

/** One key of an OpenSSH known_hosts file. */
export interface KnownHostsEntry {
  readonly marker: "revoked" | "cert-authority" | undefined;
  /** Host patterns as written, or one hashed name. */
  readonly patterns: readonly string[];
  readonly keyType: string;
  /** The key as it goes over the wire. */
  readonly key: Buffer;
}

/** The entries of a known_hosts file (sshd(8)); lines that are no entry are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string): KnownHostsEntry[] {
  return text.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? words.shift()?.slice(1) : undefined;
    if (marker !== undefined && marker !== "revoked" && marker !== "cert-authority") return [];
    const [patterns, keyType, base64] = words;
    if (patterns === undefined || keyType === undefined || base64 === undefined || patterns.startsWith("#")) return [];
    const key = Buffer.from(base64, "base64");
    if (keyTypeOf(key) !== keyType) return [];
    return [{ marker, patterns: patterns.split(","), keyType, key }];
  });
}

/** The entries of several files; one that is not there has none. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHostsEntry[]> {
  const texts = await Promise.all(
    files.map((file) =>
      readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT" || error.code === "ENOTDIR") return "";
        throw error;
      }),
    ),
  );
  return texts.flatMap(parseKnownHosts);
}

/** The name under which ssh looks a target's key up. */
export function nameOf({ address, ssh }: SshTarget): string {
  return ssh.route?.hostKeyAlias ?? knownHostsName(ssh.route?.hostname ?? address, ssh.port);
}

/** A line of known_hosts. */
export function knownHostsLine(name: string, key: Buffer): string {
  return `${name} ${keyTypeOf(key)} ${key.toString("base64")}\n`;
}

/** How known_hosts names a host: bare on port 22, in brackets with its port on any other. */
export function knownHostsName(address: string, port: number): string {
  return port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`;
}

/** The entries that speak of this name (see knownHostsName). */
export function entriesFor(entries: readonly KnownHostsEntry[], name: string): KnownHostsEntry[] {
  return entries.filter(({ patterns }) => {
    const matches = (pattern: string) => (pattern.startsWith("|") ? matchesHash(pattern, name) : glob(pattern, name));
    if (patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))) return false;
    return patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern));
  });
}

/** As ssh-keygen -l shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The type that a key names itself with; undefined where the bytes are no key. */
export function keyTypeOf(key: Buffer): string | undefined {
  if (key.length < 4) return undefined;
  const length = key.readUInt32BE(0);
  return length > 0 && length <= 64 && key.length > 4 + length ? key.toString("latin1", 4, 4 + length) : undefined;
}

function matchesHash(pattern: string, name: string): boolean {
  const [, version, salt = "", hash = ""] = pattern.split("|");
  if (version !== "1") return false;
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

function glob(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name.toLowerCase());
}
