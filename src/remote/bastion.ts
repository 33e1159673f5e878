import type { SshTarget } from "../stack/stack.ts";

/** stack.yml's bastion as something to log in to, with the host's own key. */
export function bastionOf({ ssh }: SshTarget): SshTarget | undefined {
  if (ssh.bastion !== undefined) return ssh.bastion;
  if (ssh.proxyJump === undefined || ssh.proxyJump === "none") return undefined;
  const { user, host, port } = ssh.proxyJump;
  return {
    name: `the bastion ${host}`,
    address: host,
    ssh: { user: user ?? ssh.user, port: port ?? 22, identity: ssh.identity, written: { user, port } },
  };
}
