import path from "node:path";
import type { SshSettings, SshTarget } from "../stack/stack.ts";

/** Where ssh's own files and agent are on this computer. */
export interface SshHome {
  /** What ~ is to ssh. */
  readonly home: string;
  /** SSH_AUTH_SOCK */
  readonly agentSocket: string | undefined;
}

/** Asks ssh how it gets to a target: what stack.yml says goes in as Ansible gives it, so that it wins. */
export function sshConfigArgv({ address, ssh }: SshTarget): string[] {
  const { user, port } = ssh.written ?? ssh;
  return [
    "ssh",
    "-G",
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(ssh.identity === undefined ? [] : ["-o", "IdentitiesOnly=yes", "-o", identityOption(ssh.identity)]),
    // What leads through the stack's own bastion is not for ~/.ssh/config to say.
    ...(ssh.proxyJump === undefined ? [] : ["-o", "ProxyCommand=none", "-o", "ProxyJump=none"]),
    "--",
    ssh.host ?? address,
  ];
}

/** A path as an option's value; ssh would take a % for the start of a token. */
export function identityOption(file: string): string {
  return `IdentityFile=${quoteValue(file.replaceAll("%", "%%"))}`;
}

/** A value with blanks in it, as ssh_config wants it. */
export function quoteValue(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** The settings of a target as `ssh -G` prints them. What is not there (an empty text) stays as it was. */
export function readSshConfig(text: string, target: SshTarget, around: SshHome): SshSettings {
  const lines = text.split("\n").map((line) => /^(\S+) (.*)$/.exec(line.trimEnd()) ?? []);
  const all = (name: string) => lines.flatMap(([, key, value]) => (key === name && value ? [value] : []));
  const one = (name: string) => all(name).find((value) => value !== "none");
  const { ssh } = target;
  const user = one("user") ?? ssh.user;
  const port = Number(one("port") ?? ssh.port);
  const hostname = one("hostname") ?? target.address;
  const expand = (file: string) => expandPath(file, { home: around.home, user, port, hostname, name: target.address });
  const configured = all("identityfile").filter((file) => file !== "none");
  // Of ours it is known where it is, whatever signs are in its name.
  const files =
    ssh.identity === undefined ? configured.map(expand) : [ssh.identity, ...configured.slice(1).map(expand)];
  return {
    ...ssh,
    user,
    port,
    route: {
      hostname,
      hostKeyAlias: one("hostkeyalias"),
      identityFiles: files,
      agentSocket: agentSocket(all("identityagent")[0], around, expand),
      identitiesOnly: one("identitiesonly") === "yes",
      proxyJump: ssh.proxyJump === undefined ? one("proxyjump") : undefined,
      proxyCommand: ssh.proxyJump === undefined ? one("proxycommand") : undefined,
      knownHostsFiles: [...all("userknownhostsfile"), ...all("globalknownhostsfile")]
        .flatMap((files) => files.split(" "))
        .filter((file) => file !== "none" && file !== "")
        .map(expand),
    },
  };
}

function agentSocket(
  said: string | undefined,
  { agentSocket: fromEnvironment }: SshHome,
  expand: (file: string) => string,
): string | undefined {
  if (said === undefined || said === "SSH_AUTH_SOCK" || said === "$SSH_AUTH_SOCK") return fromEnvironment || undefined;
  return said === "none" ? undefined : expand(said);
}

/** ~ and the tokens of ssh_config(5) that speak of the connection. */
function expandPath(
  file: string,
  around: { home: string; user: string; port: number; hostname: string; name: string },
): string {
  const tokens: Record<string, string> = {
    "%": "%",
    d: around.home,
    h: around.hostname,
    n: around.name,
    p: String(around.port),
    r: around.user,
  };
  const expanded = file.replace(/%([%dhnpr])/g, (_, token: string) => tokens[token] ?? "");
  if (expanded === "~" || expanded.startsWith("~/")) return path.join(around.home, expanded.slice(1));
  return path.resolve(around.home, expanded);
}
