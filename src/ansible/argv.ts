import type { Ansible } from "./find.ts";

export interface PlaybookArguments {
  /** File of the playbook, absolute or relative to the stack directory. */
  readonly playbook: string;
  readonly inventory: string;
  /** Host or group names; all hosts where it is left out. */
  readonly limit?: readonly string[];
  readonly check?: boolean;
  readonly diff?: boolean;
  /** A YAML or JSON file of variables: values never travel in argv. */
  readonly extraVars?: string;
  readonly tags?: readonly string[];
  readonly vaultPasswordFile?: string;
}

/** The exact words of one run of ansible-playbook. */
export function playbookArgv(ansible: Pick<Ansible, "playbook">, options: PlaybookArguments): string[] {
  const { limit, check, diff, extraVars, tags, vaultPasswordFile } = options;
  return [
    ansible.playbook,
    `--inventory=${options.inventory}`,
    ...(limit === undefined ? [] : [`--limit=${limit.join(",")}`]),
    ...(check ? ["--check"] : []),
    ...(diff ? ["--diff"] : []),
    ...(extraVars === undefined ? [] : [`--extra-vars=@${extraVars}`]),
    ...(tags === undefined ? [] : [`--tags=${tags.join(",")}`]),
    ...(vaultPasswordFile === undefined ? [] : [`--vault-password-file=${vaultPasswordFile}`]),
    "--",
    options.playbook,
  ];
}
