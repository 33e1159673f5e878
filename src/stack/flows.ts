import { type Host, hostsOf, type Stack } from "./stack.ts";

/** Ports that the stack itself chooses; the app's and the database's are in stack.yml. */
export const PORTS = {
  http: 80,
  https: 443,
  /** Nginx, behind HAProxy. */
  web: 8080,
  /** HAProxy peers: stick tables. */
  peers: 10000,
  /** HAProxy's Prometheus metrics and health page, on the private address. */
  metrics: 8405,
} as const;

/** A port that some sources may open on a host. `from` is a list of hosts, or of networks (CIDR), or anywhere. */
export interface Flow {
  readonly name: string;
  readonly to: Host;
  readonly port: number;
  readonly from: { readonly hosts: readonly Host[] } | { readonly networks: readonly string[] } | "anywhere";
}

/** Every inbound TCP flow that a host of this stack accepts; the firewall is made from it and verify tests it. */
export function flowsTo(stack: Stack, host: Host): Flow[] {
  const flows: Flow[] = [];
  const add = (name: string, port: number, from: Flow["from"]) => flows.push({ name, to: host, port, from });
  const balancers = hostsOf(stack, "loadbalancer");
  const networks = (list: readonly string[] | undefined): Flow["from"] =>
    list === undefined ? "anywhere" : { networks: list };
  add("SSH", host.ssh.port, networks(stack.firewall.ssh_from));
  if (host.tiers.includes("loadbalancer")) {
    add("HTTP", PORTS.http, "anywhere");
    add("HTTPS", PORTS.https, "anywhere");
    add("HAProxy peers", PORTS.peers, { hosts: balancers.filter((peer) => peer !== host) });
    add("HAProxy metrics", PORTS.metrics, { networks: stack.firewall.metrics_from ?? [] });
  }
  if (host.tiers.includes("web")) add("Nginx", PORTS.web, { hosts: balancers });
  if (host.tiers.includes("app")) add("application", stack.app.port, { hosts: balancers });
  if (host.tiers.includes("database")) add("database", stack.database.port, { hosts: hostsOf(stack, "app") });
  return flows;
}
