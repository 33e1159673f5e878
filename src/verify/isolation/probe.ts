export const THIS_COMPUTER = "this computer";

/** A port to try from somewhere, and whether it should be open. */
export interface Probe {
  /** A host's name, or THIS_COMPUTER. */
  readonly from: string;
  /** A host's name, or VIRTUAL_IP. */
  readonly to: string;
  readonly address: string;
  /** The interface of the source that a link-local address is tried over. */
  readonly via?: string;
  readonly port: number;
  readonly expected: "open" | "closed";
}

/** refused: the answer was no; dropped: there was none, or no way there. */
export type Outcome = "open" | "refused" | "dropped";

export interface Tried extends Probe {
  readonly actual: Outcome;
}

/**
 * Ports that are tried everywhere besides those of the stack: they must not be open unless the stack opens them. Most
 * are ways into a database or its cluster that are not its client port.
 */
export const SAMPLE_PORTS: readonly number[] = [
  22, // SSH, where it is elsewhere
  111, // rpcbind
  2049, // NFS
  3306, // MySQL
  3307, // a second MySQL
  4444, // Galera: state transfer by rsync
  4567, // Galera: the cluster
  4568, // Galera: incremental state transfer
  5432, // PostgreSQL
  6379, // Redis
  8404, // HAProxy's statistics, as most configurations have them
  8406, // HAProxy's health, which is for keepalived alone
  9100, // node_exporter
  9104, // mysqld_exporter
  11211, // memcached
  33060, // MySQL: X protocol
  33061, // MySQL: group replication
  33062, // MySQL: administration
];
