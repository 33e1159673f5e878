import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { givenVaultPassword, vaultEnvironment } from "./vault-password.ts";

const CALLBACK_PLUGINS = fileURLToPath(new URL("callback_plugins", import.meta.url));

/** Names the directory where ssh keeps the sockets of its kept connections: one of its own for each run. */
export const CONTROL_PATH_VARIABLE = "ANSIBLE_SSH_CONTROL_PATH_DIR";

export interface EnvironmentOptions {
  readonly stackDirectory: string;
  readonly controlPathDirectory: string;
}

/**
 * The whole environment of a run: the caller's own, without any ANSIBLE_ setting (the stack directory's ansible.cfg
 * alone decides), and without a way for ssh to ask anybody anything.
 */
export function ansibleEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  { stackDirectory, controlPathDirectory }: EnvironmentOptions,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && !name.startsWith("ANSIBLE_") && name !== "PYTHONHOME") environment[name] = value;
  }
  const vaultPassword = givenVaultPassword(base);
  return {
    ...environment,
    ...(vaultPassword === undefined ? {} : vaultEnvironment(vaultPassword, base)),
    ANSIBLE_CONFIG: join(stackDirectory, "ansible.cfg"),
    ANSIBLE_CALLBACK_PLUGINS: CALLBACK_PLUGINS,
    ANSIBLE_STDOUT_CALLBACK: "quintet_events",
    ANSIBLE_NOCOLOR: "1",
    [CONTROL_PATH_VARIABLE]: controlPathDirectory,
    // Ansible refuses to run without UTF-8, and explain.ts reads English.
    LC_ALL: "C.UTF-8",
    PYTHONUNBUFFERED: "1",
    SSH_ASKPASS_REQUIRE: "never",
  };
}
