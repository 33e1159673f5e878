import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Ansible } from "../ansible/find.ts";
import { decryptVault } from "../ansible/vault.ts";
import { givenVaultPassword } from "../ansible/vault-password.ts";
import { secretsMask } from "../generate/mask.ts";
import type { Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";

/** Blots out every secret that a run of this stack's playbook knows: the values of secrets.yml, and `more`. */
export async function siteMask(
  stack: Pick<Stack, "directory">,
  ansible: Pick<Ansible, "vault">,
  { env, cwd, run }: Pick<CommandContext, "env" | "cwd" | "run">,
  more: readonly string[],
): Promise<(text: string) => string> {
  const passwordFile = givenVaultPassword(env, cwd) ?? path.join(stack.directory, ".vault_password");
  const encrypted = await readFile(path.join(stack.directory, "secrets.yml"), "utf8");
  return secretsMask(await decryptVault({ ansible, run, env, passwordFile }, encrypted), more);
}
