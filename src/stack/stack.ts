import type { StackFile, Tier } from "./schema.ts";

/** How to log in to one host, with the stack's defaults filled in. */
export interface SshSettings {
  readonly user: string;
  readonly port: number;
  /** Absolute path of the private key, or undefined: ssh's own choice (agent, default keys). */
  readonly identity: string | undefined;
  /** The same as it stands in stack.yml: whoever else works on the stack has another home directory. */
  readonly identityAsWritten?: string | undefined;
}

export interface Host {
  readonly name: string;
  /** The address that this computer connects to. */
  readonly address: string;
  /** The address that the other hosts connect to; the same as address where none was given. */
  readonly privateAddress: string;
  readonly tiers: readonly Tier[];
  readonly ssh: SshSettings;
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
  readonly firewall: StackFile["firewall"];
}

/** The hosts of a tier, in the order of the file. */
export function hostsOf(stack: Pick<Stack, "hosts">, tier: Tier): readonly Host[] {
  return stack.hosts.filter((host) => host.tiers.includes(tier));
}

/** In the stack directory, kept from git: the password for sudo, where somebody (a rehearsal, say) has put it there. */
export const SUDO_PASSWORD_FILE = ".sudo_password";
