import type { Ansible } from "../ansible/find.ts";
import { decryptVault, encryptVault } from "../ansible/vault.ts";
import { givenVaultPassword } from "../ansible/vault-password.ts";
import type { Vault } from "../generate/secrets.ts";
import type { CommandContext } from "./context.ts";

/** ansible-vault, with the password that the stack directory or the environment has. */
export function vaultOf(ansible: Ansible, { run, env, cwd }: Pick<CommandContext, "run" | "env" | "cwd">): Vault {
  const passwordFile = givenVaultPassword(env, cwd);
  return {
    ...(passwordFile === undefined ? {} : { passwordFile }),
    encrypt: (text, file) => encryptVault({ ansible, run, env, passwordFile: file }, text),
    decrypt: (text, file) => decryptVault({ ansible, run, env, passwordFile: file }, text),
  };
}
