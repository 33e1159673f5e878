import { EXIT, type QuintetErrorFields } from "../errors.ts";
import { quoteArgv } from "../remote/quote.ts";
import type { Host } from "../stack/stack.ts";

/** Something that was found: a fault would make `apply` fail, or break what runs; a warning would not. */
export interface Finding {
  readonly kind: "fault" | "warning";
  /** undefined: no host's alone. */
  readonly host?: string;
  /** What was being done, where that was not to look. */
  readonly step?: string;
  /** One sentence. */
  readonly message: string;
  /** What a machine said. */
  readonly detail?: string;
  /** What mends it. */
  readonly next: string;
}

const STEP = "Check the hosts";

export function fault(host: Host | undefined, message: string, next: string, detail?: string): Finding {
  return found("fault", host, message, next, detail);
}

export function warning(host: Host | undefined, message: string, next: string, detail?: string): Finding {
  return found("warning", host, message, next, detail);
}

function found(kind: Finding["kind"], host: Host | undefined, message: string, next: string, detail = ""): Finding {
  return {
    kind,
    ...(host === undefined ? {} : { host: host.name }),
    message,
    ...(detail === "" ? {} : { detail }),
    next,
  };
}

export function errorFields({ host, message, step, detail, next }: Finding): QuintetErrorFields {
  return {
    message,
    ...(host === undefined ? {} : { host }),
    step: step ?? STEP,
    ...(detail === undefined ? {} : { detail }),
    exitCode: EXIT.preflight,
    next,
  };
}

/** The beginning of a command that the user can run on a host, by the same way as Quintet gets there. */
export function ssh(host: Pick<Host, "address" | "ssh">): string {
  return quoteArgv(["ssh", ...login(host)]);
}

/** The same for a command with sudo, which needs a terminal where it asks for a password. */
export function sshForSudo(host: Pick<Host, "address" | "ssh">): string {
  return quoteArgv(["ssh", ...(host.ssh.user === "root" ? [] : ["-t"]), ...login(host)]);
}

/** What stack.yml says is said; of a host that ~/.ssh/config knows by name, ssh finds out the rest. */
function login({ ssh, address }: Pick<Host, "address" | "ssh">): string[] {
  const { identity, host: alias } = ssh;
  const written = ssh.written ?? ssh;
  const user = written.user ?? (alias === undefined ? ssh.user : undefined);
  const port = written.port ?? (alias === undefined && ssh.port !== 22 ? ssh.port : undefined);
  return [
    ...bastion(ssh),
    ...(identity === undefined ? [] : ["-i", identity]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    `${user === undefined ? "" : `${user}@`}${alias ?? address}`,
  ];
}

function bastion({ proxyJump, identity }: Host["ssh"]): string[] {
  if (proxyJump === undefined) return [];
  if (proxyJump === "none") return ["-o", "ProxyCommand=none", "-o", "ProxyJump=none"];
  const { user, host, port } = proxyJump;
  const at = user === undefined ? "" : `${user}@`;
  if (identity === undefined) {
    const name = host.includes(":") ? `[${host}]` : host;
    return ["-J", `${at}${name}${port === undefined ? "" : `:${port}`}`];
  }
  // The bastion takes the host's own key, and -J would not hand it on.
  const key = quoteArgv(["ssh", "-i", identity]).replaceAll("%", "%%");
  const there = quoteArgv([...(port === undefined ? [] : ["-p", String(port)]), `${at}${host}`]);
  return ["-o", `ProxyCommand=${key} -W "[%h]:%p" ${there}`];
}

/** "a", "a and b", "a, b and c". */
export function listedNames(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
