import { isAbsolute, join, normalize, resolve } from "node:path";
import { type Address, bytesOf, isAddress, readAddress } from "./addresses.ts";
import { MACHINE_DEFAULTS } from "./machine-defaults.ts";
import type { StackFile } from "./schema.ts";
import { DEFAULT_PORTS } from "./schema.ts";
import { sourceKind } from "./source.ts";
import type { Host, ProxyJump, SshSettings, Stack } from "./stack.ts";
import { DEFAULT_PREFIX } from "./virtual-ip-rules.ts";

export interface Surroundings {
  /** The stack directory, absolute. */
  readonly directory: string;
  /** The user's home directory, absolute. */
  readonly home: string;
  /** Who logs in where stack.yml names nobody. */
  readonly defaultUser: string;
}

/** Fills every default in and makes every path absolute; the file has passed every rule. */
export function buildStack(file: StackFile, around: Surroundings): Stack {
  const { name, site, routes, database, checks, drills, firewall } = file;
  const virtualIp = known(file.virtual_ip.address);
  const { source: written } = file.app;
  const source = sourceKind(written) === "git" ? written : absolute(written, around);
  return {
    name,
    directory: around.directory,
    hosts: Object.entries(file.hosts).map(([host, settings]) => buildHost(host, settings, file, around)),
    virtualIp: {
      address: virtualIp.text,
      prefix: file.virtual_ip.prefix ?? DEFAULT_PREFIX[virtualIp.family],
      advertMs: file.virtual_ip.advert_ms,
      routerId: file.virtual_ip.router_id ?? routerId(virtualIp),
      interface: file.virtual_ip.interface,
    },
    site,
    routes,
    app: { ...file.app, source },
    database,
    // The page of a stack whose front page is a static one.
    checks: routes.dynamic && checks.dynamic === "/" ? { ...checks, dynamic: routes.dynamic[0] ?? "/" } : checks,
    drills,
    firewall,
  };
}

/**
 * The VRRP router id of a virtual IP: the last byte of an IPv4 address; where that is 0, and for IPv6, all
 * bytes combined by exclusive or; 1 where that is 0 too. Two stacks on one subnet thus differ unless they are unlucky.
 */
export function routerId(address: Address): number {
  const bytes = bytesOf(address);
  const last = address.family === 4 ? bytes.at(-1) : 0;
  return last || bytes.reduce((folded, byte) => folded ^ byte, 0) || 1;
}

function buildHost(name: string, settings: StackFile["hosts"][string], file: StackFile, around: Surroundings): Host {
  const address = known(settings.address).text;
  return {
    name,
    address,
    privateAddress: settings.private_address === undefined ? address : known(settings.private_address).text,
    tiers: settings.tiers,
    ssh: sshSettings(settings.ssh, file.ssh, around),
    machine: {
      suite: settings.machine?.suite ?? file.machine?.suite ?? MACHINE_DEFAULTS.suite,
      sudo: settings.machine?.sudo ?? file.machine?.sudo ?? "passwordless",
      memoryMb: settings.machine?.memory_mb ?? file.machine?.memory_mb ?? MACHINE_DEFAULTS.memory_mb,
      cpus: settings.machine?.cpus ?? file.machine?.cpus ?? MACHINE_DEFAULTS.cpus,
      box: settings.machine?.box ?? file.machine?.box,
    },
  };
}

function sshSettings(
  host: StackFile["hosts"][string]["ssh"],
  stack: StackFile["ssh"],
  around: Surroundings,
): SshSettings {
  const identity = host?.identity ?? stack?.identity;
  const user = host?.user ?? stack?.user;
  const port = host?.port ?? stack?.port;
  const jump = host?.proxy_jump ?? stack?.proxy_jump;
  return {
    user: user ?? around.defaultUser,
    port: port ?? DEFAULT_PORTS.ssh,
    identity: identity === undefined ? undefined : absolute(identity, around),
    identityAsWritten: identity,
    written: { user, port },
    host: host?.host,
    proxyJump: jump === undefined ? undefined : readProxyJump(jump),
  };
}

/** [user@]host[:port], which the schema has let pass. */
export function readProxyJump(text: string): ProxyJump | "none" {
  if (text === "none") return "none";
  const [, user, bracketed, plain, port] = /^(?:([^@]*)@)?(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  return { user, host: bracketed ?? plain ?? "", port: port === undefined ? undefined : Number(port) };
}

/** ~ is the user's home; what is relative is relative to the stack directory. */
function absolute(path: string, { directory, home }: Surroundings): string {
  if (path === "~" || path.startsWith("~/")) return join(home, path.slice(1));
  return isAbsolute(path) ? normalize(path) : resolve(directory, path);
}

function known(text: string): Address {
  const address = readAddress(text);
  if (!isAddress(address)) throw new TypeError(`The address rules let ${text} pass.`);
  return address;
}
