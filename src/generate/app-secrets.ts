import path from "node:path";
import { parse, stringify } from "yaml";
import { EXIT, QuintetError } from "../errors.ts";
import type { Stack } from "../stack/stack.ts";
import { readIfThere, writeAtomically } from "./files.ts";
import { passwordMissing, type Secrets, type Vault } from "./secrets.ts";

/** The values of app.secrets, by name. Throws a QuintetError where one has none. Decrypts only where there are any. */
export async function appSecrets(stack: Stack, vault: Vault): Promise<Record<string, string>> {
  if (stack.app.secrets.length === 0) return {};
  const known = (await readSecrets(stack, vault)).vault_app_secrets ?? {};
  const missing = stack.app.secrets.filter((name) => known[name] === undefined);
  if (missing.length > 0) {
    throw new QuintetError({
      message: `There is no value of ${missing.join(", ")} in secrets.yml.`,
      exitCode: EXIT.usage,
      step: "Read the secrets",
      next: `Set it: quintet secret ${missing[0]} --stack ${stack.directory}`,
    });
  }
  return Object.fromEntries(stack.app.secrets.map((name) => [name, known[name] ?? ""]));
}

/** Puts one value into secrets.yml. */
export async function setAppSecret(stack: Stack, vault: Vault, name: string, value: string): Promise<void> {
  const secrets = await readSecrets(stack, vault);
  const all = { ...secrets, vault_app_secrets: { ...secrets.vault_app_secrets, [name]: value } };
  const text = await vault.encrypt(stringify(all), passwordFileOf(stack, vault));
  await writeAtomically(path.join(stack.directory, "secrets.yml"), text, 0o600);
}

async function readSecrets(stack: Stack, vault: Vault): Promise<Secrets> {
  const encrypted = await readIfThere(path.join(stack.directory, "secrets.yml"));
  if (encrypted === undefined) return {} as Secrets;
  const passwordFile = passwordFileOf(stack, vault);
  if (vault.passwordFile === undefined && (await readIfThere(passwordFile)) === undefined) throw passwordMissing(stack);
  return parse(await vault.decrypt(encrypted, passwordFile)) as Secrets;
}

function passwordFileOf(stack: Stack, vault: Vault): string {
  return vault.passwordFile ?? path.join(stack.directory, ".vault_password");
}
