import type { StackFile, Tier } from "./schema.ts";

/** One bastion. */
export interface ProxyJump {
  readonly user: string | undefined;
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/** What `ssh -G` says of a host, besides user and port: how ssh itself, and so Ansible, gets there. */
export interface SshRoute {
  /** The name or address that ssh connects to. */
  readonly hostname: string;
  readonly hostKeyAlias: string | undefined;
  /** Absolute, in the order to try; whether they exist is not known. */
  readonly identityFiles: readonly string[];
  /** The agent's socket; undefined: no agent. */
  readonly agentSocket: string | undefined;
  /** Of the agent's keys, only those of identityFiles. */
  readonly identitiesOnly: boolean;
  /** The user's own bastions or command, where ~/.ssh/config has some and stack.yml has none. */
  readonly proxyJump: string | undefined;
  readonly proxyCommand: string | undefined;
  /** The user's and the system's own known_hosts files. */
  readonly knownHostsFiles: readonly string[];
}

/** How to log in to one host, with the stack's defaults filled in. */
export interface SshSettings {
  /** Once there is a route: the one that ssh -G says, where stack.yml says none. The same holds of the port. */
  readonly user: string;
  readonly port: number;
  /** Absolute path of the private key, or undefined: ssh's own choice (agent, default keys). */
  readonly identity: string | undefined;
  /** The same as it stands in stack.yml: whoever else works on the stack has another home directory. */
  readonly identityAsWritten?: string | undefined;
  /** What stack.yml itself says, which wins over ~/.ssh/config. Left out: user and port above, as they stand. */
  readonly written?: { readonly user: string | undefined; readonly port: number | undefined };
  /** The name by which ~/.ssh/config knows the host; undefined: its address. */
  readonly host?: string | undefined;
  /** stack.yml's bastion; none: straight, whatever ~/.ssh/config says. */
  readonly proxyJump?: ProxyJump | "none" | undefined;
  /** undefined until ssh -G was asked (src/remote/resolve.ts). */
  readonly route?: SshRoute;
  /** The bastion of proxyJump, with a route of its own, once there is a route. */
  readonly bastion?: SshTarget;
}

/** What one logs in to: a host of the stack, or a bastion. */
export interface SshTarget {
  readonly name: string;
  readonly address: string;
  readonly ssh: SshSettings;
}

export interface Host extends SshTarget {
  /** The address that this computer connects to. */
  readonly address: string;
  /** The address that the other hosts connect to; the same as address where none was given. */
  readonly privateAddress: string;
  readonly tiers: readonly Tier[];
  /** The rehearsal machine that stands in for it. */
  readonly machine: { readonly suite: "bookworm" | "trixie" | "sid"; readonly sudo: "passwordless" | "password" };
}

/** A valid stack.yml with every default filled in and every path absolute. */
export interface Stack {
  readonly name: string;
  /** The stack directory, absolute. */
  readonly directory: string;
  /** In the order of the file. */
  readonly hosts: readonly Host[];
  readonly virtualIp: {
    readonly address: string;
    readonly prefix: number;
    /** VRRP advertisement interval, milliseconds. */
    readonly advertMs: number;
    readonly routerId: number;
    /** undefined: the interface that carries the host's address, found on the machine. */
    readonly interface: string | undefined;
  };
  readonly site: StackFile["site"];
  readonly routes: StackFile["routes"];
  readonly app: StackFile["app"];
  readonly database: StackFile["database"];
  readonly checks: StackFile["checks"];
  readonly drills: StackFile["drills"];
  readonly firewall: StackFile["firewall"];
}

/** The hosts of a tier, in the order of the file. */
export function hostsOf(stack: Pick<Stack, "hosts">, tier: Tier): readonly Host[] {
  return stack.hosts.filter((host) => host.tiers.includes(tier));
}

/** In the stack directory, kept from git: what sudo asks for on rehearsal machines that are made so. */
export const SUDO_PASSWORD_FILE = ".sudo_password";
