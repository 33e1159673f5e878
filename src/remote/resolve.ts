import type { RunCommand } from "../command.ts";
import { EXIT, QuintetError } from "../errors.ts";
import type { Host, SshTarget, Stack } from "../stack/stack.ts";
import { bastionOf } from "./bastion.ts";
import { quoteArgv } from "./quote.ts";
import { readSshConfig, type SshHome, sshConfigArgv } from "./ssh-config.ts";

export interface ResolveWorld extends SshHome {
  readonly run: RunCommand;
  readonly signal?: AbortSignal;
}

/** The stack with what `ssh -G` says of each host filled in: as ssh itself, and so Ansible, gets there. */
export async function resolveStack(stack: Stack, world: ResolveWorld): Promise<Stack> {
  return { ...stack, hosts: await Promise.all(stack.hosts.map((host) => resolveHost(host, world))) };
}

/** The same for one host. One that is resolved already stays as it is. */
export async function resolveHost<Target extends SshTarget | Host>(host: Target, world: ResolveWorld): Promise<Target> {
  if (host.ssh.route !== undefined) return host;
  const bastion = bastionOf(host);
  const [ssh, resolvedBastion] = await Promise.all([
    askSsh(host, world),
    bastion === undefined ? undefined : resolveHost(bastion, world),
  ]);
  return { ...host, ssh: { ...ssh, ...(resolvedBastion === undefined ? {} : { bastion: resolvedBastion }) } };
}

async function askSsh(target: SshTarget, { run, signal, ...around }: ResolveWorld) {
  const argv = sshConfigArgv(target);
  const { exitCode, stdout, stderr } = await run(argv, signal === undefined ? {} : { signal });
  signal?.throwIfAborted();
  if (exitCode === 0) return readSshConfig(stdout, target, around);
  throw new QuintetError({
    message:
      exitCode === undefined
        ? "ssh cannot be started on this computer."
        : `ssh cannot make out how to reach ${target.name}.`,
    exitCode: EXIT.usage,
    host: target.name,
    step: "Read the ssh configuration",
    detail: stderr.trim(),
    next:
      exitCode === undefined
        ? "Install OpenSSH's client (Debian: apt-get install openssh-client)."
        : `Correct ~/.ssh/config until this works: ${quoteArgv(argv)}`,
  });
}
