import { z } from "zod";

/** What a host is for; also the name of its Ansible group. */
export const TIERS = ["loadbalancer", "web", "app", "database"] as const;
export type Tier = (typeof TIERS)[number];

const address = z.string().min(1);
const port = z.int().min(1).max(65535);
const cidr = z.string().min(1);
/** Names end up as host names, Ansible names, HAProxy server names and file names. */
const name = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
    "lower-case letters, digits and inner hyphens, starting with a letter, 32 at most",
  );
const urlPath = z
  .string()
  .regex(/^\/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$/, "a URL path that starts with / and has no spaces");
const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and underscores");
/** One line of text without control characters: it ends up in unit files and configurations. */
const line = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^\P{Cc}*$/u, "one line without control characters");

const ssh = z
  .strictObject({
    user: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}\$?$/, "a Unix user name"),
    port: port.default(22),
    identity: line.meta({
      description: "Private key file. ~ is your home; a relative path is relative to the stack directory.",
    }),
  })
  .partial();

const machine = z
  .strictObject({
    suite: z.enum(["bookworm", "trixie", "sid"]).meta({ description: "Debian release of the rehearsal machine." }),
  })
  .partial();

const host = z.strictObject({
  address: address.meta({ description: "IPv4 or IPv6 address that this computer reaches over SSH and clients reach." }),
  private_address: address
    .optional()
    .meta({ description: "Address for traffic between hosts; address where it is left out." }),
  tiers: z.array(z.enum(TIERS)).min(1),
  ssh: ssh.optional(),
  machine: machine.optional(),
});

/** The shape of stack.yml. Rules across fields are in rules.ts. */
export const stackFile = z.strictObject({
  name,
  hosts: z.record(name, host),
  ssh: ssh.optional().meta({ description: "How to log in; a host may override each of these." }),
  virtual_ip: z.strictObject({
    address,
    prefix: z
      .int()
      .min(1)
      .max(128)
      .optional()
      .meta({ description: "Length of the subnet prefix. Default: 24 for IPv4, 64 for IPv6." }),
    advert_ms: z
      .int()
      .min(50)
      .max(10000)
      .multipleOf(10)
      .default(200)
      .meta({ description: "VRRP advertisement interval, milliseconds." }),
    interface: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,15}$/)
      .optional()
      .meta({ description: "Interface on the balancers. Default: the one that carries the host's address." }),
    router_id: z
      .int()
      .min(1)
      .max(255)
      .optional()
      .meta({ description: "VRRP virtual router id. Default: derived from the address." }),
  }),
  site: z.strictObject({
    domain: z
      .string()
      .regex(
        /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
        "a domain name such as shop.example",
      ),
    tls: z.enum(["self-signed"]).default("self-signed"),
  }),
  routes: z
    .strictObject({ static: z.array(urlPath).min(1) })
    .default({ static: ["/assets", "/favicon.ico", "/robots.txt"] })
    .meta({
      description: "Paths (with everything below them) that the web tier serves; the app tier serves the rest.",
    }),
  app: z.strictObject({
    source: line.meta({ description: "Directory of the application, relative to the stack directory." }),
    runtime: z.enum(["node"]),
    build: line.optional().meta({ description: "Shell command run on this computer, in a clean copy of source." }),
    start: line.meta({ description: "Command that starts the application; it listens on $HOST:$PORT." }),
    static: line
      .optional()
      .meta({ description: "Directory of the built application that the web tier serves as its document root." }),
    port: port.default(3000),
    health: urlPath.default("/healthz"),
    env: z.record(environmentName, line).default({}),
  }),
  database: z.strictObject({
    engine: z.enum(["mysql", "mariadb"]).default("mysql"),
    name: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, "lower-case letters, digits and underscores, 32 at most"),
    port: port.default(3306),
    buffer_pool_mb: z
      .int()
      .min(64)
      .optional()
      .meta({ description: "InnoDB buffer pool, MiB. Default: half of the machine's memory." }),
  }),
  checks: z
    .strictObject({
      static: urlPath.optional().meta({ description: "A file of the web tier." }),
      dynamic: urlPath.default("/").meta({ description: "A page of the app tier that any visitor may read." }),
      write: urlPath.optional().meta({
        description:
          "Where the app lets Quintet prove that writes survive: PUT <write>/<id> stores the id and answers 2xx once it is durable, GET <write>/<id> answers 200 when it is stored and 404 when it is not.",
      }),
    })
    .prefault({}),
  firewall: z
    .strictObject({
      ssh_from: z.array(cidr).optional().meta({ description: "Networks that may open SSH. Default: any." }),
      metrics_from: z
        .array(cidr)
        .optional()
        .meta({ description: "Networks that may read the balancers' Prometheus metrics. Default: none." }),
    })
    .default({}),
  machine: machine.optional().meta({ description: "Rehearsal machines; a host may override." }),
});

export type StackFile = z.output<typeof stackFile>;
