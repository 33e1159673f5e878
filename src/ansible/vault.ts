import { fileURLToPath } from "node:url";
import type { RunCommand } from "../command.ts";
import { EXIT, QuintetError } from "../errors.ts";
import { explain, lastError } from "./explain.ts";
import type { Ansible } from "./find.ts";
import { shownVaultPassword, vaultEnvironment } from "./vault-password.ts";

/** Text travels through pipes alone: no argv, no file. Errors are QuintetErrors. */
interface Vault {
  readonly ansible: Pick<Ansible, "vault">;
  readonly run: RunCommand;
  /** May hold the password; see vault-password.ts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file that holds the vault password. */
  readonly passwordFile: string;
}

/** Plain text -> the text of an encrypted file ("$ANSIBLE_VAULT;…"). */
export function encryptVault(vault: Vault, text: string): Promise<string> {
  return ansibleVault(vault, "encrypt", text);
}

/** The text of an encrypted file -> plain text. */
export function decryptVault(vault: Vault, text: string): Promise<string> {
  return ansibleVault(vault, "decrypt", text);
}

async function ansibleVault({ ansible, run, env, passwordFile }: Vault, verb: string, text: string): Promise<string> {
  const result = await run([ansible.vault, verb, "--output=-", "-"], {
    input: text,
    // Neither the caller's settings nor an ansible.cfg nearby may add a second password.
    env: {
      ANSIBLE_CONFIG: fileURLToPath(new URL("vault.cfg", import.meta.url)),
      ANSIBLE_VAULT_IDENTITY_LIST: "",
      ...vaultEnvironment(passwordFile, env),
      ANSIBLE_NOCOLOR: "1",
      LC_ALL: "C.UTF-8",
    },
  });
  if (result.exitCode === 0) return result.stdout;
  const detail = lastError(result.stderr);
  throw new QuintetError({
    message: explain(detail)?.message ?? `ansible-vault could not ${verb} the secrets.`,
    exitCode: EXIT.usage,
    step: `ansible-vault ${verb}`,
    detail,
    next: `Check the vault password in ${shownVaultPassword(passwordFile)}.`,
  });
}
