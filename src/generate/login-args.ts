import type { Host, ProxyJump } from "../stack/stack.ts";

/**
 * What ssh needs to be told on its command line to get to a host, besides what inventories have variables for: lines
 * of words, with Jinja for what depends on where the stack directory and the key are.
 */
export function loginArgs({ ssh }: Pick<Host, "ssh">): string[] {
  const identities = ssh.identity === undefined ? [] : ["-o IdentitiesOnly=yes"];
  if (ssh.proxyJump === undefined) return identities;
  if (ssh.proxyJump === "none") return [...identities, "-o ProxyCommand=none", "-o ProxyJump=none"];
  return [...identities, ...proxyCommand(ssh.proxyJump, ssh.identity !== undefined)];
}

/** The arguments of all hosts, where they are the same; undefined where hosts differ. */
export function sharedLoginArgs(hosts: readonly Pick<Host, "ssh">[]): string[] | undefined {
  const all = hosts.map(loginArgs);
  const [first = []] = all;
  return all.every((one) => JSON.stringify(one) === JSON.stringify(first)) ? first : undefined;
}

/**
 * The bastion: with the host's own key, and only if its key is pinned. As src/remote/way-argv.ts does it. The ssh that
 * goes through it looks for tokens in this command, so that a % is doubled once more.
 */
function proxyCommand({ user, host, port }: ProxyJump, hasIdentity: boolean): string[] {
  const login = [
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ..."-W '[%h]:%p' --".split(" "),
    host,
  ];
  return [
    `-o ProxyCommand={{ (("ssh -o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=/dev/null -o ConnectTimeout=10"`,
    `~ " -o " ~ ("UserKnownHostsFile=" ~`,
    `(inventory_dir ~ "/known_hosts") | replace("%", "%%") | to_json(ensure_ascii=false)) | quote`,
    // Ansible, too, puts this variable between double quotes.
    ...(hasIdentity
      ? [`~ " -o IdentitiesOnly=yes -o " ~ ('IdentityFile="' ~ ansible_ssh_private_key_file ~ '"') | quote`]
      : []),
    `) | replace("%", "%%") ~ " ${login.join(" ")}") | quote }}`,
  ];
}
