import path from "node:path";
import { fileURLToPath } from "node:url";

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
  if (env["QUINTET_VAULT_PASSWORD"]) return FROM_ENVIRONMENT;
  const file = env["QUINTET_VAULT_PASSWORD_FILE"];
  return file ? path.resolve(cwd, file) : undefined;
}

/** Where a user finds the password of such a file. */
export function shownVaultPassword(file: string): string {
  return file === FROM_ENVIRONMENT ? "QUINTET_VAULT_PASSWORD" : file;
}
