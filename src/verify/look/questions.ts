import { hostLocals } from "../../generate/locals.ts";
import { type Host, hostsOf, type Stack } from "../../stack/stack.ts";

/** A file that a unit has read, and what a change of it calls for. */
export interface ReadFile {
  readonly unit: string;
  readonly change: string;
  readonly path: string;
}

/** What a host is asked; a section that is left out is not looked at. */
export interface Questions {
  readonly failed: true;
  readonly units: readonly string[];
  readonly loaded: readonly ReadFile[];
  readonly filterConfirmed: true;
  readonly disks: readonly string[];
  /** The directory of backups. */
  readonly backup?: string;
  readonly database?: { readonly client: string; readonly account: string };
  readonly handshake?: {
    readonly address: string;
    readonly port: number;
    readonly trust: { readonly cafile: string } | { readonly cadata: string };
  };
}

/** Where a stack writes to. */
const WRITTEN = [
  "/",
  "/etc",
  "/var",
  "/var/log",
  "/var/lib",
  "/var/lib/mysql",
  "/srv",
  "/tmp",
  "/var/tmp",
  "/run",
  "/boot",
];

export const BACKUPS = "/var/backups/quintet";

/** The certificate authority that the application is told to trust for the database. */
const APP_TRUSTS = "/etc/ssl/certs/quintet-ca.pem";

/** What to ask a host, by what its tiers brought there. `ca`: the stack's own, PEM. */
export function questionsFor(stack: Stack, host: Host, ca: string): Questions {
  const { services, configuration } = hostLocals(stack, host);
  const [database] = hostsOf(stack, "database");
  const { engine, name, port } = stack.database;
  const loaded = Object.entries(configuration).map(([path, what]): ReadFile => {
    const [change = "", unit = ""] = what.split(" ");
    return { unit, change, path };
  });
  const isApp = host.tiers.includes("app");
  const isDatabase = host === database;
  return {
    failed: true,
    units: [...services, "quintet-firewall.service"],
    loaded,
    filterConfirmed: true,
    disks: WRITTEN,
    ...(isDatabase ? { backup: BACKUPS, database: { client: engine, account: name } } : {}),
    ...(database !== undefined && (isApp || isDatabase)
      ? {
          handshake: {
            address: database.privateAddress,
            port,
            trust: isApp ? { cafile: APP_TRUSTS } : { cadata: ca },
          },
        }
      : {}),
  };
}
