import { z } from "zod";
import { DRILL_IDS } from "./drill-ids.ts";
import { MACHINE_DEFAULTS, SUITES } from "./machine-defaults.ts";

/** What a host is for; also the name of its Ansible group. */
export const TIERS = ["loadbalancer", "web", "app", "database"] as const;
export type Tier = (typeof TIERS)[number];

/** What can run the user's application. */
const RUNTIMES = ["node", "python", "php", "command"] as const;

/** What holds where stack.yml says nothing, for rules that look at a stack that is not valid as a whole. */
export const DEFAULT_PORTS = { ssh: 22, app: 3000, database: 3306 } as const;

// A pattern's message completes the sentence "Give …."; an example completes "Add …, for example …".

const address = z.string().min(1).max(256);
const port = z.int().min(1).max(65535);
const cidr = z.string().min(1).max(256);
/** Longer lists are mistakes, and comparing each item with each would take long. */
const MOST_ITEMS = 256;
/** Names end up as host names, Ansible names, HAProxy server names and file names. */
const name = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
    "lower-case letters, digits and inner hyphens, starting with a letter, 32 at most",
  );
/** No quotes, blanks or shell signs: paths end up in the configurations of HAProxy and Nginx. */
const urlPath = z
  .string()
  .max(1024)
  .regex(/^\/[A-Za-z0-9._~@:+,=%/-]*$/, "a URL path that starts with / and has only letters, digits and ._~@:+,=%/-");
/** What systemd takes for a unit's name, and nothing that a path or a shell could mistake. */
const unitName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, "lower-case letters, digits and hyphens, starting with a letter, 31 at most");
/** Below a directory, and never out of it. */
const inside = z
  .string()
  .max(256)
  .regex(
    /^(?!\.)[A-Za-z0-9._-]+(\/(?!\.)[A-Za-z0-9._-]+)*$/,
    "a relative path such as storage/uploads: letters, digits and ._-, no part beginning with a dot",
  );
const debianPackage = z
  .string()
  .regex(/^[a-z0-9][a-z0-9+.-]{1,127}$/, "the name of a Debian package such as libvips42");
const calendar = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9*,.:/~ -]+$/, "a time as systemd writes it, such as *-*-* 03:00:00 or hourly");
const environmentName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and underscores, not starting with a digit");
/** One line of text without control characters, nor halves of a sign: it ends up in unit files and configurations. */
const line = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "one line without control characters");

/** What a name in ~/.ssh/config may be here: nothing of it is an option or means anything to a shell. */
const SSH_NAME = "[A-Za-z0-9_][A-Za-z0-9._-]{0,252}";
const PORT_NUMBER = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
const PROXY_JUMP = new RegExp(
  `^([A-Za-z0-9_][A-Za-z0-9_.-]{0,31}@)?(${SSH_NAME}|\\[[0-9A-Fa-f:.]{2,45}\\])(:${PORT_NUMBER})?$`,
);

const ssh = z
  .strictObject({
    user: z
      .string()
      .regex(/^[a-z_][a-z0-9_-]{0,31}\$?$/, "a Unix user name such as deploy")
      .meta({
        description: "Who logs in: root, or a user that may use sudo. Default: what ~/.ssh/config says, else you.",
      }),
    // No default here: a host that sets only a user would get port 22 and hide the stack's port.
    port: port.meta({ description: `Default: what ~/.ssh/config says, else ${DEFAULT_PORTS.ssh}.` }),
    identity: line.meta({
      description: "Private key file. ~ is your home; a relative path is relative to the stack directory.",
    }),
    proxy_jump: z
      .string()
      .regex(PROXY_JUMP, "one bastion as [user@]host[:port], an IPv6 address in brackets")
      .meta({
        description:
          "The bastion on the way, as [user@]host[:port]; none: straight, whatever ~/.ssh/config says. Several hops belong into ~/.ssh/config.",
        examples: ["jump@192.0.2.1"],
      }),
  })
  .partial();

const hostSsh = ssh.extend({
  host: z
    .string()
    .regex(new RegExp(`^${SSH_NAME}$`), "a host name as ~/.ssh/config has it: letters, digits and ._-")
    .optional()
    .meta({ description: "The name by which your ~/.ssh/config knows the host. Default: its address." }),
});

/** Nothing of it is an option, leaves its directory, or means anything to Ruby. */
const BOX = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)?$/;

const machine = z
  .strictObject({
    suite: z
      .enum(SUITES)
      .meta({ description: `Debian release of the rehearsal machine. Default: ${MACHINE_DEFAULTS.suite}.` }),
    // No defaults here: a host that sets only one of them would hide the stack's others.
    memory_mb: z
      .int()
      .min(256)
      .max(1048576)
      .meta({
        description: `Memory of a virtual machine, MiB; containers share this computer's. Default: ${MACHINE_DEFAULTS.memory_mb}.`,
      }),
    cpus: z
      .int()
      .min(1)
      .max(256)
      .meta({
        description: `Processors of a virtual machine; containers share this computer's. Default: ${MACHINE_DEFAULTS.cpus}.`,
      }),
    box: z
      .string()
      .max(128)
      .regex(BOX, "a Vagrant box such as bento/debian-13: letters, digits and ._-, with one slash or none")
      .meta({
        description:
          "Vagrant box that the machine is made from; systemd-nspawn machines need none. Default: a public one of the suite.",
        examples: [MACHINE_DEFAULTS.boxes[MACHINE_DEFAULTS.suite].default],
      }),
    sudo: z.enum(["passwordless", "password"]).meta({
      description: "Whether sudo asks for a password there; it is made with the machines, in .sudo_password.",
    }),
  })
  .partial();

const host = z
  .strictObject({
    address: address.meta({
      description: "IPv4 or IPv6 address that this computer reaches over SSH and clients reach.",
      examples: ["10.0.0.11"],
    }),
    private_address: address
      .optional()
      .meta({ description: "Address for traffic between hosts; address where it is left out." }),
    tiers: z
      .array(z.enum(TIERS))
      .min(1)
      .meta({ description: "What the host is for: one tier or more.", examples: [["web"]] }),
    ssh: hostSsh.optional().meta({ description: "How to log in to this host, where it differs from the stack's ssh." }),
    machine: machine.optional().meta({ description: "The rehearsal machine that stands in for this host." }),
  })
  .meta({ examples: [{ address: "10.0.0.11", tiers: ["web"] }] });

/** The shape of stack.yml. Rules across fields are in rules.ts. */
export const stackFile = z
  .strictObject({
    name: name.meta({ description: "What the stack is called.", examples: ["shop"] }),
    hosts: z.record(name, host).meta({
      description: "The machines, by name.",
      examples: [{ web1: { address: "10.0.0.11", tiers: ["loadbalancer", "web"] } }],
    }),
    ssh: ssh.optional().meta({ description: "How to log in; a host may override each of these." }),
    virtual_ip: z
      .strictObject({
        address: address.meta({
          description: "An unused address of the balancers' subnet: the one that clients use.",
          examples: ["10.0.0.100"],
        }),
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
          .default(100)
          .meta({ description: "VRRP advertisement interval, milliseconds." }),
        interface: z
          .string()
          .regex(/^[A-Za-z0-9_.-]{1,15}$/, "the name of a network interface such as eth0, 15 characters at most")
          .optional()
          .meta({ description: "Interface on the balancers. Default: the one that carries the host's address." }),
        router_id: z
          .int()
          .min(1)
          .max(255)
          .optional()
          .meta({ description: "VRRP virtual router id. Default: derived from the address." }),
      })
      .meta({
        description: "The address that the balancer pair shares.",
        examples: [{ address: "10.0.0.100" }],
      }),
    site: z
      .strictObject({
        domain: z
          .string()
          .max(253)
          .regex(
            /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
            "a domain name in lower case such as shop.example",
          )
          .meta({ description: "The name that visitors type.", examples: ["shop.example"] }),
        tls: z.enum(["self-signed"]).default("self-signed").meta({ description: "Where the certificate comes from." }),
      })
      .meta({ description: "What visitors see.", examples: [{ domain: "shop.example" }] }),
    routes: z
      .strictObject({
        static: z.array(urlPath).min(1).max(MOST_ITEMS).meta({
          description: "Paths (with everything below them) that the web tier serves; the app tier serves the rest.",
        }),
        dynamic: z.array(urlPath).min(1).max(MOST_ITEMS).meta({
          description:
            "The other way about: paths that the app tier serves; the web tier serves the rest, and its /index.html where it has no such file.",
        }),
      })
      .partial()
      .default({ static: ["/assets", "/favicon.ico", "/robots.txt"] })
      .meta({ description: "Which tier serves what: by the paths of static files, or by those of the application." }),
    app: z
      .strictObject({
        source: line.meta({
          description:
            "The application: a directory or an archive, relative to the stack directory, or a Git address with #ref.",
          examples: ["./shop"],
        }),
        runtime: z.enum(RUNTIMES).meta({
          description:
            "What runs the application: node, python (in a virtual environment), php (PHP-FPM behind Nginx), or a command that listens on a port.",
          examples: ["node"],
        }),
        version: z
          .string()
          .regex(/^[0-9]{1,3}(\.[0-9]{1,4}){0,2}$/, 'a version or the beginning of one, such as "24" or "3.13"')
          .optional()
          .meta({
            description:
              "Node: the version that every host gets. Python: the version that the hosts have. Default: the distribution's.",
          }),
        packages: z
          .array(debianPackage)
          .max(MOST_ITEMS)
          .default([])
          .meta({ description: "Debian packages that the application needs on the app hosts." }),
        build: line.optional().meta({ description: "Shell command run on this computer, in a clean copy of source." }),
        start: line.optional().meta({
          description: "Command that starts the application; it listens on $HOST:$PORT. PHP needs none.",
          examples: ["node server.js"],
        }),
        migrate: line.optional().meta({
          description: "Command that brings the database up to date: once a release, on one host, before its traffic.",
        }),
        workers: z.int().min(1).max(512).optional().meta({
          description: "Processes that answer requests on each host: $WEB_CONCURRENCY, or PHP-FPM's children.",
        }),
        static: line
          .optional()
          .meta({ description: "Directory of the built application that the web tier serves as its document root." }),
        port: port.default(DEFAULT_PORTS.app).meta({ description: "Where the application listens." }),
        health: urlPath
          .default("/healthz")
          .meta({ description: "Answers 200 while the application can do its work; HAProxy asks it all the time." }),
        response_timeout_ms: z.int().min(500).max(30000).default(5000).meta({
          description:
            "How long the application may be silent over a page, before it begins or in the middle, milliseconds: longer than your slowest. A request that changes nothing (GET, HEAD, OPTIONS) is then asked once more, of another app server, and fails if that one is as slow; all others, and event streams, are waited for 30 seconds and never sent again.",
        }),
        env: z
          .record(environmentName, line)
          .default({})
          .meta({ description: "Environment of the application. Not for secrets." }),
        secrets: z.array(environmentName).max(MOST_ITEMS).default([]).meta({
          description: "Names of variables whose values are in secrets.yml, encrypted: quintet secret NAME.",
        }),
        shared: z
          .array(inside)
          .max(MOST_ITEMS)
          .default([])
          .meta({ description: "Directories of the application that survive releases, on each host its own." }),
        processes: z
          .record(
            unitName,
            z.strictObject({
              start: line.meta({ description: "Command that runs for ever.", examples: ["node mailer.js"] }),
              on: z.enum(["all", "one"]).default("all").meta({ description: "On all app hosts, or on the first." }),
            }),
          )
          .default({})
          .meta({ description: "Background workers, by name." }),
        jobs: z
          .record(
            unitName,
            z.strictObject({
              start: line.meta({ description: "Command that does it and ends.", examples: ["node tidy.js"] }),
              at: calendar.meta({
                description: "When, as systemd's OnCalendar takes it.",
                examples: ["*-*-* 03:00:00"],
              }),
              on: z.enum(["all", "one"]).default("one").meta({ description: "On all app hosts, or on the first." }),
            }),
          )
          .default({})
          .meta({ description: "Scheduled jobs, by name." }),
        start_timeout_s: z
          .int()
          .min(1)
          .max(600)
          .default(30)
          .meta({ description: "How long a release may take to become healthy on a host, seconds." }),
        drain_timeout_s: z.int().min(1).max(3600).default(30).meta({
          description: "How long a release waits for the requests and websockets of a host to end, seconds.",
        }),
        keep: z.int().min(2).max(100).default(5).meta({ description: "How many releases each host keeps." }),
      })
      .meta({
        description: "Your application.",
        examples: [{ source: "./shop", runtime: "node", start: "node server.js" }],
      }),
    database: z
      .strictObject({
        engine: z.enum(["mysql", "mariadb"]).default("mysql").meta({ description: "Which database server." }),
        packages: z.enum(["distribution", "oracle"]).default("distribution").meta({
          description:
            "Where MySQL comes from: the distribution, or Oracle's own apt repository (Debian stable has no MySQL).",
        }),
        name: z
          .string()
          .regex(
            /^[a-z][a-z0-9_]{0,31}$/,
            "lower-case letters, digits and underscores, starting with a letter, 32 at most",
          )
          .meta({ description: "The application's database.", examples: ["shop"] }),
        port: port.default(DEFAULT_PORTS.database).meta({ description: "Where the database listens." }),
        buffer_pool_mb: z
          .int()
          .min(64)
          .max(1048576)
          .optional()
          .meta({ description: "InnoDB buffer pool, MiB. Default: half of the machine's memory." }),
      })
      .meta({ description: "The database.", examples: [{ name: "shop" }] }),
    checks: z
      .strictObject({
        static: urlPath.optional().meta({ description: "A file of the web tier." }),
        dynamic: urlPath.default("/").meta({ description: "A page of the app tier that any visitor may read." }),
        write: urlPath.optional().meta({
          description:
            "Where the app lets Quintet prove that writes survive: PUT <write>/<id> stores the id and answers 2xx once it is durable, GET <write>/<id> answers 200 when it is stored and 404 when it is not. Where that answer is JSON with a number `count`, a count above 1 means that the write was stored more than once.",
        }),
      })
      .prefault({})
      .meta({ description: "What the smoke checks ask for." }),
    drills: z
      .strictObject({
        rate: z.int().min(1).max(1000).default(100).meta({ description: "Requests a second while a drill runs." }),
        objectives: z
          .partialRecord(
            z.enum(DRILL_IDS),
            z
              .strictObject({
                downtime_ms: z.int().min(0).max(600_000).meta({ description: "Longest stretch without any answer." }),
                failed_requests: z
                  .int()
                  .min(0)
                  .max(600_000)
                  .meta({ description: "Requests that only read and got no good answer." }),
              })
              .partial(),
          )
          .default({})
          .meta({ description: "What a drill may cost, by its id, where that is not the default." }),
      })
      .prefault({})
      .meta({ description: "How `verify --drills` loads the stack, and what it allows." }),
    firewall: z
      .strictObject({
        ssh_from: z
          .array(cidr)
          .max(MOST_ITEMS)
          .optional()
          .meta({ description: "Networks that may open SSH. Default: any." }),
        metrics_from: z
          .array(cidr)
          .max(MOST_ITEMS)
          .optional()
          .meta({ description: "Networks that may read the balancers' Prometheus metrics. Default: none." }),
      })
      .default({})
      .meta({ description: "Whom the firewall lets in, beyond what the tiers need." }),
    machine: machine.optional().meta({ description: "Rehearsal machines; a host may override." }),
  })
  .meta({ title: "stack.yml", description: "All that one Quintet stack is made of." });

export type StackFile = z.output<typeof stackFile>;
