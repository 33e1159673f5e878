import { randomBytes } from "node:crypto";
import path from "node:path";
import { parse, stringify } from "yaml";
import { EXIT, QuintetError } from "../errors.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import { createAuthority, isCurrent, issue } from "./certificates.ts";
import { readIfThere, writeAtomically } from "./files.ts";

/** Encrypts and decrypts with the vault's password file; the text never stands in argv or in a file. */
export interface Vault {
  /** Where the password is if it is not in .vault_password; then that is neither read nor written. */
  readonly passwordFile?: string;
  encrypt(text: string, passwordFile: string): Promise<string>;
  decrypt(text: string, passwordFile: string): Promise<string>;
}

export interface Secrets {
  vault_database_password: string;
  vault_authority_key: string;
  vault_site_key: string;
  vault_database_key: string;
  /** Those of the application, by the names of app.secrets. */
  vault_app_secrets?: Record<string, string>;
}

/**
 * Makes the secrets and certificates that are missing or about to expire, and leaves all others as they are:
 * .vault_password, secrets.yml (encrypted), files/ca.pem, files/site.crt, files/database.crt.
 * Decrypts only when something has to be made. Returns what was made, for people.
 */
export async function ensureSecrets(stack: Stack, vault: Vault, now: Date): Promise<string[]> {
  const at = (file: string) => path.join(stack.directory, file);
  const passwordFile = vault.passwordFile ?? at(".vault_password");
  const [encrypted, password, ca, site, database] = await Promise.all(
    ["secrets.yml", ".vault_password", "files/ca.pem", "files/site.crt", "files/database.crt"].map((file) =>
      readIfThere(at(file)),
    ),
  );
  const given = vault.passwordFile !== undefined || password !== undefined;
  if (encrypted !== undefined && !given) throw passwordMissing(stack);

  const siteNames = [stack.site.domain, stack.virtualIp.address];
  const databaseNames = hostsOf(stack, "database").map((host) => host.privateAddress);
  const siteCurrent = ca !== undefined && (await isCurrent(site, ca, siteNames, now));
  const databaseCurrent = ca !== undefined && (await isCurrent(database, ca, databaseNames, now));
  if (encrypted !== undefined && siteCurrent && databaseCurrent) return [];

  const made: string[] = [];
  if (!given) await writeAtomically(passwordFile, `${randomPassword()}\n`, 0o600);
  const secrets: Partial<Secrets> =
    encrypted === undefined ? {} : (parse(await vault.decrypt(encrypted, passwordFile)) as Partial<Secrets>);
  if (secrets.vault_database_password === undefined) {
    secrets.vault_database_password = randomPassword();
    made.push("the database password");
  }
  let authority = { certificate: ca ?? "", key: secrets.vault_authority_key ?? "" };
  const newAuthority = ca === undefined || secrets.vault_authority_key === undefined;
  if (newAuthority) {
    authority = await createAuthority(stack.name, now);
    secrets.vault_authority_key = authority.key;
    made.push("the certificate authority");
  }
  const certificates = new Map([["files/ca.pem", authority.certificate]]);
  if (newAuthority || !siteCurrent || secrets.vault_site_key === undefined) {
    const pair = await issue(authority, siteNames, now);
    secrets.vault_site_key = pair.key;
    certificates.set("files/site.crt", pair.certificate);
    made.push("the site's certificate");
  }
  if (newAuthority || !databaseCurrent || secrets.vault_database_key === undefined) {
    const pair = await issue(authority, databaseNames, now);
    secrets.vault_database_key = pair.key;
    certificates.set("files/database.crt", pair.certificate);
    made.push("the database's certificate");
  }
  // The keys first: a certificate without its key would count as current, a key without its certificate is made again.
  await writeAtomically(at("secrets.yml"), await vault.encrypt(stringify(secrets), passwordFile), 0o600);
  for (const [file, content] of certificates) await writeAtomically(at(file), content, 0o644);
  return made;
}

/** 32 characters of 6 bits: safe in SQL, in an environment file and in a URL. */
function randomPassword(): string {
  return randomBytes(24).toString("base64url");
}

export function passwordMissing(stack: Pick<Stack, "directory">): QuintetError {
  return new QuintetError({
    message: `${stack.directory} has a secrets.yml, but not the .vault_password that opens it.`,
    exitCode: EXIT.usage,
    step: "Read the secrets",
    next: "Copy .vault_password from where the stack was made, or give the password in QUINTET_VAULT_PASSWORD or the name of a file in QUINTET_VAULT_PASSWORD_FILE. Only for a stack that is not running yet: remove secrets.yml, and new secrets are made.",
  });
}
