import path from "node:path";
import { fileURLToPath } from "node:url";

/** Taken out of what other programs get, above all those that build the application. */
export const VAULT_PASSWORD_VARIABLE = "QUINTET_VAULT_PASSWORD";
const FROM_ENVIRONMENT = fileURLToPath(new URL("vault-password", import.meta.url));

/**
 * Where Ansible finds the vault's password if it is not the .vault_password of the stack directory, which no repository
 * has: QUINTET_VAULT_PASSWORD holds it, or QUINTET_VAULT_PASSWORD_FILE names a file (or, as with Ansible, a program that
 * prints it). An empty variable counts for nothing: pipelines make one of a secret that is not there.
 */
export function givenVaultPassword(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string = process.cwd(),
): string | undefined {
  if (env[VAULT_PASSWORD_VARIABLE]) return FROM_ENVIRONMENT;
  const file = env["QUINTET_VAULT_PASSWORD_FILE"];
  return file ? path.resolve(cwd, file) : undefined;
}

/** Where a user finds the password of such a file. */
export function shownVaultPassword(file: string): string {
  return file === FROM_ENVIRONMENT ? VAULT_PASSWORD_VARIABLE : file;
}

/** What Ansible needs in its environment to read such a file. */
export function vaultEnvironment(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const password = file === FROM_ENVIRONMENT ? { [VAULT_PASSWORD_VARIABLE]: env[VAULT_PASSWORD_VARIABLE] ?? "" } : {};
  return { ANSIBLE_VAULT_PASSWORD_FILE: file, ...password };
}
