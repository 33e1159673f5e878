import { isIPv6 } from "node:net";
import path from "node:path";
import { flowsTo, PORTS } from "../stack/flows.ts";
import { acceptRules, addresses, sourceMatches } from "../stack/packet-filter.ts";
import { TIERS, type Tier } from "../stack/schema.ts";
import { type Host, hostsOf, type Stack } from "../stack/stack.ts";
import { timersOf } from "../stack/timers.ts";
import { environmentOf } from "./environment.ts";
import { loginArgs, sharedLoginArgs } from "./login-args.ts";
import { hostPort, jinjaText, yaml, yamlKey, yamlText } from "./quote.ts";

/** A Node of a version that stack.yml names comes with the application. */
const RUNTIME_PACKAGES: Record<Stack["app"]["runtime"], (app: Stack["app"]) => readonly string[]> = {
  node: ({ version }) => (version === undefined ? ["nodejs"] : []),
  python: () => ["python3-venv"],
  php: () => ["php-fpm", "php-mysql", "nginx"],
  command: () => [],
};

const PACKAGES: Record<Tier, (stack: Stack) => readonly string[]> = {
  loadbalancer: () => ["haproxy", "keepalived"],
  web: () => ["nginx"],
  app: ({ app }) => [...RUNTIME_PACKAGES[app.runtime](app), ...app.packages],
  database: (stack) => [ENGINES[stack.database.engine].package],
};

const SERVICES: Record<Tier, (stack: Stack) => readonly string[]> = {
  loadbalancer: () => ["haproxy.service", "keepalived.service"],
  web: () => ["nginx.service"],
  app: ({ app }) => ["app.service", ...(app.runtime === "php" ? ["app-nginx.service"] : [])],
  database: (stack) => [ENGINES[stack.database.engine].unit],
};

/** File that a service reads -> what a change of it calls for. */
const CONFIGURATION: Record<Tier, (stack: Stack) => Readonly<Record<string, string>>> = {
  loadbalancer: () => ({
    "/etc/haproxy/haproxy.cfg": "reload haproxy.service",
    "/etc/haproxy/site.pem": "reload haproxy.service",
    "/etc/haproxy/errors/maintenance.http": "reload haproxy.service",
    "/etc/keepalived/keepalived.conf": "reload keepalived.service",
  }),
  web: () => ({ "/etc/nginx/nginx.conf": "reload nginx.service" }),
  app: ({ app }) => ({
    "/etc/systemd/system/app.service": "restart app.service",
    ...(app.runtime === "php" ? PHP_CONFIGURATION : {}),
    "/etc/app.env": "restart app.service",
    "/etc/ssl/certs/quintet-ca.pem": "restart app.service",
  }),
  database: (stack) => {
    const { configuration, unit } = ENGINES[stack.database.engine];
    return { [configuration]: `restart ${unit}`, "/etc/mysql/server.pem": `reload ${unit}` };
  },
};

const PHP_CONFIGURATION = {
  "/etc/app-php-fpm.conf": "restart app.service",
  "/etc/systemd/system/app-nginx.service": "restart app-nginx.service",
  "/etc/app-nginx.conf": "restart app-nginx.service",
};

/** The roles of a host are applied from the back to the front, so that a balancer finds its servers. */
const ROLE_ORDER = [...TIERS].reverse();

const ENGINES = {
  mysql: {
    product: "MySQL",
    package: "mysql-server",
    unit: "mysql.service",
    client: "mysql",
    configuration: "/etc/mysql/mysql.conf.d/zz-stack.cnf",
    // Ubuntu's AppArmor profile lets mysqld read nothing but /etc/mysql.
    validate:
      "sh -c 'f=/etc/mysql/.check.cnf; install -m 600 %s $f; mysqld --defaults-file=$f --user=mysql --validate-config; s=$?; rm $f; exit $s'",
    reloadTls: "ALTER INSTANCE RELOAD TLS",
  },
  mariadb: {
    product: "MariaDB",
    package: "mariadb-server",
    unit: "mariadb.service",
    client: "mariadb",
    configuration: "/etc/mysql/mariadb.conf.d/zz-stack.cnf",
    validate: "mariadbd --defaults-file=%s --user=mysql --verbose --help",
    reloadTls: "FLUSH SSL",
  },
} as const;

/** The program that speaks to the database on its own host. */
export function databaseClient({ database }: Pick<Stack, "database">): string {
  return ENGINES[database.engine].client;
}

/** All that a template can name. Everything that a template would have to compute is computed here. */
export type Locals = Record<string, unknown>;

/** The release that a host without one gets. */
export interface FirstRelease {
  readonly release: string;
  readonly artifact: string;
  readonly revision?: string | undefined;
  /** Such as node-24.21.0, where the application brings its own. */
  readonly runtime?: string | undefined;
}

/** What the templates of one stack can name. */
export function stackLocals(stack: Stack, release: FirstRelease): Locals {
  const balancers = hostsOf(stack, "loadbalancer");
  const webs = hostsOf(stack, "web");
  const apps = hostsOf(stack, "app");
  const [databaseHost] = hostsOf(stack, "database");
  const family = isIPv6(stack.virtualIp.address) ? 6 : 4;
  return {
    ...stack,
    yaml,
    yamlKey,
    yamlText,
    hostPort,
    ports: PORTS,
    release,
    /** A secret has no value here. */
    environment: [
      ...Object.entries(environmentOf(stack)).map(([name, value]) => ({ name, value })),
      ...stack.app.secrets.map((name) => ({ name, value: undefined })),
    ],
    processes: Object.entries(stack.app.processes).map(([name, process]) => ({ name, ...process })),
    jobs: Object.entries(stack.app.jobs).map(([name, job]) => ({ name, ...job })),
    beside: Object.keys(stack.app.processes).length + Object.keys(stack.app.jobs).length > 0,
    timers: timersOf(stack),
    balancers,
    webs,
    apps,
    databaseHost,
    balancerAddresses: addresses(balancers),
    appAddresses: addresses(apps),
    tiers: TIERS.map((name) => ({ name, hosts: hostsOf(stack, name) })),
    hosts: stack.hosts.map((host) => hostLocals(stack, host)),
    sharedLoginArgs: sharedLoginArgs(stack.hosts),
    database: { ...stack.database, ...ENGINES[stack.database.engine] },
    virtualIp: { ...stack.virtualIp, keepalived: keepalivedAddress(stack.virtualIp.address) },
    ipFamily: family,
    /** One socket for both families where the virtual IP is IPv6. */
    bind: (port: number) => (family === 6 ? `[::]:${port} v4v6` : `:${port}`),
    metricsBind: `${jinjaHost("loadbalancer_private_address", balancers)}:${PORTS.metrics}`,
    webListen: `${jinjaHost("web_address", webs)}:${PORTS.web}`,
    appUrlHost: jinjaHost("app_address", apps),
  };
}

/** What a template that is rendered once a host can name besides: `host`. */
export function hostLocals(stack: Stack, host: Host) {
  const balancers = hostsOf(stack, "loadbalancer");
  const tiers = ROLE_ORDER.filter((tier) => host.tiers.includes(tier));
  const units = host.tiers.includes("app") ? unitsBeside(stack, host) : [];
  return {
    ...host,
    identityFile: identityFile(host),
    loginArgs: loginArgs(host),
    roles: tiers,
    packages: ["nftables", ...tiers.flatMap((tier) => PACKAGES[tier](stack))],
    services: [
      ...tiers.flatMap((tier) => SERVICES[tier](stack)),
      ...units.filter((unit) => !/^app-job-.*\.service$/.test(unit)),
    ],
    /** What the application runs beside itself here. */
    units,
    configuration: Object.assign({}, ...tiers.map((tier) => CONFIGURATION[tier](stack))) as Record<string, string>,
    peer: balancers.find((balancer) => balancer !== host),
    priority: timersOf(stack).priorities[balancers.indexOf(host)],
    rules: [...flowsTo(stack, host).flatMap(acceptRules), ...vrrpRules(balancers, host)],
  };
}

/** The workers and jobs of an app host: those for one host only are on the first. */
function unitsBeside(stack: Stack, host: Host): string[] {
  const here = ({ on }: { on: "all" | "one" }) => on === "all" || host === hostsOf(stack, "app")[0];
  const named = (all: Stack["app"]["processes"] | Stack["app"]["jobs"]) =>
    Object.entries(all).flatMap(([name, one]) => (here(one) ? [name] : []));
  return [
    ...named(stack.app.processes).map((name) => `app-process-${name}.service`),
    ...named(stack.app.jobs).flatMap((name) => [`app-job-${name}.service`, `app-job-${name}.timer`]),
  ];
}

function vrrpRules(balancers: readonly Host[], host: Host): string[] {
  if (!balancers.includes(host)) return [];
  const peers = addresses(balancers.filter((peer) => peer !== host));
  return sourceMatches(peers).map((match) => `${match} meta l4proto 112 accept comment "VRRP, from keepalived"`);
}

/**
 * The virtual IP as keepalived wants it: a host route, so that it brings no subnet along. An IPv6 one is deprecated
 * from the start, else the balancer would choose it as the source of its own connections.
 */
function keepalivedAddress(address: string): string {
  return isIPv6(address) ? `${address}/128 preferred_lft 0` : `${address}/32`;
}

/** The private address of whichever of the hosts it is, as it stands before a port: IPv6 in brackets. */
function jinjaHost(variable: string, hosts: readonly Host[]): string {
  const families = new Set(hosts.map((host) => isIPv6(host.privateAddress)));
  if (families.size > 1) return `{{ '[' ~ ${variable} ~ ']' if ':' in ${variable} else ${variable} }}`;
  return families.has(true) ? `[{{ ${variable} }}]` : `{{ ${variable} }}`;
}

const SSH_QUOTED_DIRECTORY = "(inventory_dir | replace('%', '%%') | to_json(ensure_ascii=false))[1:-1]";

/**
 * A relative path is relative to the stack directory, which can be moved; ~ is the home of whoever runs Ansible, which
 * puts it between double quotes as an option of ssh: what that would take for something else in it is escaped.
 */
function identityFile({ ssh }: Host): string | undefined {
  const { identityAsWritten: written } = ssh;
  if (written === undefined) return undefined;
  const fixed = path.isAbsolute(written) || written === "~" || written.startsWith("~/");
  return fixed ? jinjaText(written) : `{{ ${SSH_QUOTED_DIRECTORY} }}/${jinjaText(path.normalize(written))}`;
}
