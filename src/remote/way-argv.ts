import type { SshTarget } from "../stack/stack.ts";
import { bastionOf } from "./bastion.ts";
import { identityOption, quoteValue } from "./ssh-config.ts";

export interface WayOptions {
  /** The known_hosts files that pin the key of the stack's own bastion. */
  readonly knownHosts: readonly string[];
  /** How long the connection to the bastion may take, seconds. */
  readonly connectTimeout: number;
  /** The user's shell, which runs a ProxyCommand. */
  readonly shell: string;
}

/** The command whose standard input and output lead to the target; undefined: it is reached straight. */
export function wayArgv(target: SshTarget, options: WayOptions): string[] | undefined {
  const { route } = target.ssh;
  const bastion = bastionOf(target);
  if (bastion !== undefined) return bastionArgv(target, bastion, options);
  if (route?.proxyJump !== undefined) return jumpArgv(target, route.proxyJump, options);
  if (route?.proxyCommand !== undefined) {
    return [options.shell, "-c", `exec ${expandProxyCommand(route.proxyCommand, target)}`];
  }
  return undefined;
}

/** Through the stack's own bastion: with the host's key, and only to a bastion whose key is pinned. */
function bastionArgv(target: SshTarget, bastion: SshTarget, { knownHosts, connectTimeout }: WayOptions): string[] {
  const { user, port } = bastion.ssh.written ?? bastion.ssh;
  const { identity } = bastion.ssh;
  return [
    "ssh",
    ...quiet(connectTimeout),
    ...["-o", "StrictHostKeyChecking=yes"],
    ...["-o", `UserKnownHostsFile=${knownHosts.map((file) => quoteValue(file.replaceAll("%", "%%"))).join(" ")}`],
    ...["-o", "GlobalKnownHostsFile=/dev/null"],
    ...(identity === undefined ? [] : ["-o", "IdentitiesOnly=yes", "-o", identityOption(identity)]),
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...["-W", forward(target), "--", bastion.address],
  ];
}

/** As ssh itself starts it for ProxyJump: the last hop is logged in to, through those before it. */
function jumpArgv(target: SshTarget, proxyJump: string, { connectTimeout }: WayOptions): string[] {
  const hops = proxyJump.split(",");
  const [, user, bracketed, plain, port] =
    /^(?:(.*)@)?(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(hops.pop() ?? "") ?? [];
  return [
    "ssh",
    ...quiet(connectTimeout),
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", port]),
    ...(hops.length === 0 ? [] : ["-J", hops.join(",")]),
    ...["-W", forward(target), "--", bracketed ?? plain ?? ""],
  ];
}

/** Nobody answers its questions: it has no terminal. */
function quiet(connectTimeout: number): string[] {
  return ["-o", "BatchMode=yes", "-o", `ConnectTimeout=${connectTimeout}`];
}

function forward({ address, ssh }: SshTarget): string {
  return `[${ssh.route?.hostname ?? address}]:${ssh.port}`;
}

/** The tokens of ssh_config(5) for ProxyCommand. */
function expandProxyCommand(command: string, { address, ssh }: SshTarget): string {
  const hostname = ssh.route?.hostname ?? address;
  const tokens: Record<string, string> = {
    "%": "%",
    h: hostname,
    k: ssh.route?.hostKeyAlias ?? hostname,
    n: ssh.host ?? address,
    p: String(ssh.port),
    r: ssh.user,
  };
  return command.replace(/%([%hknpr])/g, (_, token: string) => tokens[token] ?? "");
}
