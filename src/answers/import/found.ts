/** Something in an imported text that its owner should know of: what was left out, and what was assumed. */
export interface Note {
  /** From 1; 0 stands for the text as a whole. */
  readonly line: number;
  /** A sentence or two. */
  readonly message: string;
}

/** A host of an imported text, before it is known what it is for. */
export interface FoundHost {
  readonly line: number;
  /** As the text has it; undefined: an address alone. */
  readonly name: string | undefined;
  readonly address: string | undefined;
  /** The groups that it is in, also by way of others. */
  readonly groups: readonly string[];
  readonly settings: FoundSettings;
}

export interface FoundSettings {
  readonly private?: string;
  readonly tiers?: string;
  readonly ssh_user?: string;
  readonly ssh_port?: string;
  readonly ssh_identity?: string;
  readonly ssh_proxy_jump?: string;
  readonly ssh_host?: string;
  readonly suite?: string;
}

export interface Found {
  readonly hosts: readonly FoundHost[];
  readonly notes: readonly Note[];
}

/** More hosts than this in one text are a mistake. */
export const MOST_HOSTS = 256;
