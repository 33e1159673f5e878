import { readFile } from "node:fs/promises";

export type PrivateKey =
  /** Without a passphrase. */
  | { readonly kind: "plain"; readonly text: string; readonly publicKey: Buffer | undefined }
  /** With one. */
  | { readonly kind: "locked"; readonly publicKey: Buffer | undefined }
  /** Only the public half, whose private one is in an agent. */
  | { readonly kind: "public"; readonly publicKey: Buffer };

/** Reads an IdentityFile and the .pub beside it. undefined: it is no key. Throws where it cannot be read. */
export async function readPrivateKey(file: string): Promise<PrivateKey | undefined> {
  const text = await readFile(file, "utf8");
  const beside = publicKeyOf(await readFile(`${file}.pub`, "utf8").catch(() => ""));
  if (!text.includes("PRIVATE KEY-----")) {
    const publicKey = publicKeyOf(text);
    return publicKey && { kind: "public", publicKey };
  }
  const openssh = readOpenssh(text);
  const publicKey = openssh?.publicKey ?? beside;
  const locked = openssh === undefined ? text.includes("ENCRYPTED") : openssh.cipher !== "none";
  return locked ? { kind: "locked", publicKey } : { kind: "plain", text, publicKey };
}

function publicKeyOf(line: string): Buffer | undefined {
  const [, base64] = /^[a-z][a-z0-9@.-]+ ([A-Za-z0-9+/]{20,}=*)/.exec(line) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, "base64");
}

/** OpenSSH's own format: its public half is not encrypted (PROTOCOL.key in OpenSSH's source). */
function readOpenssh(text: string): { cipher: string; publicKey: Buffer | undefined } | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, "base64");
  let at = "openssh-key-v1\0".length;
  const next = (): Buffer | undefined => {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    const value = bytes.subarray(at + 4, end);
    at = end;
    return end > bytes.length ? undefined : value;
  };
  const cipher = next()?.toString("latin1") ?? "none";
  next(); // how the passphrase becomes a key
  next(); // with which parameters
  at += 4; // how many keys: one
  return { cipher, publicKey: next() };
}
