import type { Path } from "../stack/faults.ts";
import { MACHINE_DEFAULTS } from "../stack/machine-defaults.ts";
import { type Answers, answerTo, type QuestionId } from "./answers.ts";
import { readHosts } from "./host-items.ts";

export interface Choice {
  readonly value: string;
  /** What choosing it means. */
  readonly sentence: string;
}

/**
 * How an answer is written. `list`: words with blanks or commas between; `lines`: one KEY=VALUE a line;
 * `hosts`: see host-items.ts.
 */
export type Kind = "text" | "choice" | "list" | "lines" | "hosts";

/** One question, where it differs from what most have; help that is not here is the schema's. */
export interface Row {
  readonly section: string;
  readonly path?: Path;
  readonly flag?: string;
  readonly placeholder: string;
  readonly message: string;
  readonly help?: string;
  readonly kind?: Kind;
  readonly choices?: readonly Choice[];
  readonly required?: boolean | ((answers: Answers) => boolean);
  readonly proposal?: (answers: Answers) => string | undefined;
  readonly advanced?: boolean;
}

export const ROWS: Readonly<Record<QuestionId, Row>> = {
  name: {
    section: "Stack",
    path: ["name"],
    placeholder: "name",
    message: "What is the stack called?",
    help: "Lower-case letters, digits and hyphens; its directory is inventories/NAME.",
    required: true,
  },
  layout: {
    section: "Hosts",
    placeholder: "layout",
    message: "Which machine does what?",
    help: "Which hosts there are, and what each is for.",
    kind: "choice",
    choices: [
      { value: "five", sentence: "Five machines: web1 and web2 balance and serve, app1, app2, db1." },
      { value: "seven", sentence: "Seven machines: lb1 and lb2 only balance, web1, web2, app1, app2, db1." },
      { value: "custom", sentence: "Each host says what it is for." },
    ],
    proposal: layoutOf,
  },
  hosts: {
    section: "Hosts",
    path: ["hosts"],
    flag: "--host",
    placeholder: "name=address",
    message: "Which machines are there?",
    help: "name=address, and after it, with commas between: private=ADDRESS, tiers=web+app, ssh_user=, ssh_port=, ssh_identity=, ssh_proxy_jump=, ssh_host= (its name in ~/.ssh/config).",
    kind: "hosts",
    required: true,
  },
  "ssh-user": {
    section: "SSH",
    path: ["ssh", "user"],
    placeholder: "user",
    message: "Who logs in to the machines?",
  },
  "ssh-port": {
    section: "SSH",
    path: ["ssh", "port"],
    placeholder: "port",
    message: "On which port do they listen for SSH?",
  },
  "ssh-identity": {
    section: "SSH",
    path: ["ssh", "identity"],
    placeholder: "file",
    message: "Which private key logs in?",
    help: "Private key file; ~ is your home. Default: what ssh itself would take (your agent, or your usual keys).",
  },
  "ssh-proxy-jump": {
    section: "SSH",
    path: ["ssh", "proxy_jump"],
    placeholder: "bastion",
    message: "Through which bastion?",
    advanced: true,
  },
  "virtual-ip": {
    section: "Virtual IP",
    path: ["virtual_ip", "address"],
    placeholder: "address",
    message: "Which address shall the balancers share?",
    required: true,
  },
  "virtual-ip-prefix": {
    section: "Virtual IP",
    path: ["virtual_ip", "prefix"],
    placeholder: "length",
    message: "How long is the prefix of its subnet?",
    proposal: (answers) => (answerTo("virtual-ip", answers)?.includes(":") ? "64" : "24"),
    advanced: true,
  },
  "virtual-ip-interface": {
    section: "Virtual IP",
    path: ["virtual_ip", "interface"],
    placeholder: "name",
    message: "On which network interface of the balancers?",
    advanced: true,
  },
  "virtual-ip-advert-ms": {
    section: "Virtual IP",
    path: ["virtual_ip", "advert_ms"],
    placeholder: "ms",
    message: "How often do the balancers tell each other that they live?",
    help: "VRRP advertisement interval, milliseconds. Shorter: a faster failover, but a false one where machines pause.",
    advanced: true,
  },
  "virtual-ip-router-id": {
    section: "Virtual IP",
    path: ["virtual_ip", "router_id"],
    placeholder: "id",
    message: "Which VRRP router id?",
    advanced: true,
  },
  domain: {
    section: "Site",
    path: ["site", "domain"],
    placeholder: "name",
    message: "Which name do visitors type?",
    help: "A domain name in lower case, such as shop.example.",
    required: true,
  },
  tls: {
    section: "Site",
    path: ["site", "tls"],
    placeholder: "kind",
    message: "Where does the certificate come from?",
    kind: "choice",
    choices: [{ value: "self-signed", sentence: "From a certificate authority of the stack's own." }],
  },
  "app-source": {
    section: "Application",
    path: ["app", "source"],
    placeholder: "dir",
    message: "Where is the application?",
    help: "Its directory, relative to where you stand.",
    required: true,
    proposal: () => "./",
  },
  "app-runtime": {
    section: "Application",
    path: ["app", "runtime"],
    placeholder: "runtime",
    message: "What runs the application?",
    kind: "choice",
    choices: [
      { value: "node", sentence: "Node.js." },
      { value: "python", sentence: "Python, in a virtual environment." },
      { value: "php", sentence: "PHP-FPM behind Nginx." },
      { value: "command", sentence: "Anything that listens on a port." },
    ],
    advanced: true,
    proposal: () => "node",
  },
  "app-build": {
    section: "Application",
    path: ["app", "build"],
    placeholder: "command",
    message: "Which command builds it?",
  },
  "app-start": {
    section: "Application",
    path: ["app", "start"],
    placeholder: "command",
    message: "Which command starts it?",
    required: (answers) => answerTo("app-runtime", answers) !== "php",
  },
  "app-static": {
    section: "Application",
    path: ["app", "static"],
    placeholder: "dir",
    message: "Which of its directories does the web tier serve?",
    help: "Directory of the built application, within it; the web tier's document root.",
  },
  "app-port": {
    section: "Application",
    path: ["app", "port"],
    placeholder: "port",
    message: "On which port does it listen?",
  },
  "app-health": {
    section: "Application",
    path: ["app", "health"],
    placeholder: "path",
    message: "Which path says that it can do its work?",
  },
  "app-response-timeout-ms": {
    section: "Application",
    path: ["app", "response_timeout_ms"],
    placeholder: "ms",
    message: "How long may a page take?",
    help: "Milliseconds; more than your slowest. Then another app server is asked for it, once.",
    advanced: true,
  },
  "app-env": {
    section: "Application",
    path: ["app", "env"],
    placeholder: "key=value",
    message: "Which environment variables does it get?",
    help: "KEY=VALUE; several stand in lines of their own. Not for secrets.",
    kind: "lines",
    advanced: true,
  },
  "static-paths": {
    section: "Application",
    path: ["routes", "static"],
    flag: "--static-path",
    placeholder: "path",
    message: "Which paths does the web tier serve?",
    help: "Paths (with everything below them) that the web tier serves; the app tier serves the rest.",
    kind: "list",
    advanced: true,
  },
  "database-engine": {
    section: "Database",
    path: ["database", "engine"],
    placeholder: "engine",
    message: "Which database server?",
    kind: "choice",
    choices: [
      { value: "mysql", sentence: "MySQL." },
      { value: "mariadb", sentence: "MariaDB, the one that Debian stable has." },
    ],
  },
  "database-packages": {
    section: "Database",
    path: ["database", "packages"],
    placeholder: "source",
    message: "Where does MySQL come from?",
    kind: "choice",
    choices: [
      { value: "distribution", sentence: "From the machine's distribution." },
      { value: "oracle", sentence: "From Oracle's own apt repository: Debian stable has no MySQL." },
    ],
    advanced: true,
  },
  "database-name": {
    section: "Database",
    path: ["database", "name"],
    placeholder: "name",
    message: "What is the application's database called?",
    help: "The application's database. Default: named as the stack.",
    proposal: (answers) => answerTo("name", answers)?.trim().replaceAll("-", "_"),
  },
  "database-port": {
    section: "Database",
    path: ["database", "port"],
    placeholder: "port",
    message: "On which port does the database listen?",
    advanced: true,
  },
  "database-buffer-pool-mb": {
    section: "Database",
    path: ["database", "buffer_pool_mb"],
    placeholder: "MiB",
    message: "How much memory may the database cache in?",
    advanced: true,
  },
  "check-static": {
    section: "Checks",
    path: ["checks", "static"],
    placeholder: "path",
    message: "Which file of the web tier do the smoke checks ask for?",
    advanced: true,
  },
  "check-dynamic": {
    section: "Checks",
    path: ["checks", "dynamic"],
    placeholder: "path",
    message: "Which page of the application do they ask for?",
    advanced: true,
  },
  "check-write": {
    section: "Checks",
    path: ["checks", "write"],
    placeholder: "path",
    message: "Where may they prove that writes survive?",
    help: "PUT PATH/ID stores an id and answers 2xx once it is durable; GET PATH/ID answers 200 or 404.",
    advanced: true,
  },
  "ssh-from": {
    section: "Firewall",
    path: ["firewall", "ssh_from"],
    placeholder: "network",
    message: "From which networks may SSH be opened?",
    kind: "list",
    advanced: true,
  },
  "metrics-from": {
    section: "Firewall",
    path: ["firewall", "metrics_from"],
    placeholder: "network",
    message: "From which networks may the balancers' metrics be read?",
    kind: "list",
    advanced: true,
  },
  "rehearsal-suite": {
    section: "Rehearsal",
    path: ["machine", "suite"],
    placeholder: "suite",
    message: "Which Debian release do rehearsal machines have?",
    kind: "choice",
    choices: [
      { value: "bookworm", sentence: "Debian 12." },
      { value: "trixie", sentence: "Debian 13." },
      { value: "sid", sentence: "Debian unstable, which has MySQL." },
    ],
    proposal: () => MACHINE_DEFAULTS.suite,
    advanced: true,
  },
  "rehearsal-sudo": {
    section: "Rehearsal",
    path: ["machine", "sudo"],
    placeholder: "kind",
    message: "Does sudo ask for a password on rehearsal machines?",
    kind: "choice",
    choices: [
      { value: "passwordless", sentence: "No." },
      { value: "password", sentence: "Yes, for one that is made with the machines." },
    ],
    proposal: () => "passwordless",
    advanced: true,
  },
  "rehearsal-memory-mb": {
    section: "Rehearsal",
    path: ["machine", "memory_mb"],
    placeholder: "MiB",
    message: "How much memory do rehearsal machines have, where they are virtual machines?",
    advanced: true,
  },
  "rehearsal-cpus": {
    section: "Rehearsal",
    path: ["machine", "cpus"],
    placeholder: "number",
    message: "How many processors do rehearsal machines have, where they are virtual machines?",
    advanced: true,
  },
  "rehearsal-box": {
    section: "Rehearsal",
    path: ["machine", "box"],
    placeholder: "name",
    message: "Which Vagrant box are rehearsal machines made from?",
    advanced: true,
  },
};

/** The layout that hosts are for where none is named: their own tiers, or the one whose places they fill. */
function layoutOf(answers: Answers): string {
  const { items } = readHosts(answerTo("hosts", answers) ?? "");
  const unplaced = items.filter(({ options }) => options.tiers === undefined);
  if (items.length > 0 && unplaced.length === 0) return "custom";
  return unplaced.some(({ name }) => name === "lb1" || name === "lb2") ? "seven" : "five";
}
