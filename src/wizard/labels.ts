import type { QuestionId } from "../answers/answers.ts";

const LABELS: Readonly<Partial<Record<QuestionId, string>>> = {
  name: "Name",
  layout: "Layout",
  hosts: "Hosts",
  "ssh-user": "SSH user",
  "ssh-port": "SSH port",
  "ssh-identity": "SSH key",
  "ssh-proxy-jump": "SSH bastion",
  "virtual-ip": "Virtual IP",
  "virtual-ip-prefix": "Prefix length",
  "virtual-ip-interface": "Interface",
  "virtual-ip-advert-ms": "Adverts every (ms)",
  "virtual-ip-router-id": "VRRP router id",
  domain: "Site",
  tls: "Certificate",
  "app-source": "Application",
  "app-runtime": "Runtime",
  "app-build": "Build command",
  "app-start": "Start command",
  "app-static": "Static directory",
  "app-port": "Application port",
  "app-health": "Health path",
  "app-response-timeout-ms": "Slowest page (ms)",
  "app-env": "Environment",
  "static-paths": "Static paths",
  "database-engine": "Database",
  "database-packages": "MySQL from",
  "database-name": "Database name",
  "database-port": "Database port",
  "database-buffer-pool-mb": "Buffer pool (MiB)",
  "check-static": "Static check",
  "check-dynamic": "Dynamic check",
  "check-write": "Write check",
  "ssh-from": "SSH from",
  "metrics-from": "Metrics from",
  "rehearsal-suite": "Rehearsal suite",
};

/** What an answer is called where there is no room for its question. */
export function labelOf(id: QuestionId): string {
  return LABELS[id] ?? id.charAt(0).toUpperCase() + id.slice(1).replaceAll("-", " ");
}

const TIER_NAMES: Readonly<Record<string, string>> = {
  loadbalancer: "load balancer",
  web: "web server",
  app: "application server",
  database: "database server",
};

/** Tiers as a person says them: load balancer and web server. */
export function tierNames(tiers: readonly string[]): string {
  const names = tiers.map((tier) => TIER_NAMES[tier] ?? tier);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
